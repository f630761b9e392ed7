mod base64;
pub mod hash;
pub use hash::Hash;
