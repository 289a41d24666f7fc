//! EMVCo merchant-presented codes and Farthing's signed dynamic codes.
