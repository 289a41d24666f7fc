//! The server's half of every proof: what a caller sends is verified here into values nobody can forge.
