//! Recorded DNS: replies of CoreDNS' own tests, and what real client tools printed.
//!
//! Cases are data; each file brings its fixtures. What is out of scope is counted by name.

mod cases;
mod fixture;
mod record;
mod tools;
mod units;

pub use cases::judge;
pub use tools::judge as judge_tools;
