//! Double entry: accounts, transfers, holds, balances and the audit that proves them.
