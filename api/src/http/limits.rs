//! Limits: how much one caller, and all together, may ask.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use tower_governor::GovernorError;
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::KeyExtractor;

use super::door::IDLE_TIME_MAX;
use super::{App, measure};
use crate::auth::Principal;

/// Requests a caller may send each second, on and on.
pub const RATE_PER_SECOND: u32 = 200;
/// Requests a caller may send at once after a rest.
pub const BURST: u32 = 400;
/// Requests answered at the same time; more are shed.
pub const CONCURRENT_MAX: usize = 1024;
/// How long a handler may take, in seconds.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
/// How often callers who have rested are forgotten.
const UPKEEP_EVERY: Duration = Duration::from_secs(30);

/// How much may be asked.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// None for benchmarks and tests.
    pub rate: Option<Rate>,
    pub concurrent_max: usize,
    pub request_time_max: Duration,
    /// How long a connection may be silent.
    pub idle_time_max: Duration,
}

/// A token bucket for each caller.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub per_second: NonZeroU32,
    pub burst: NonZeroU32,
}

impl Limits {
    /// What `litopys serve` runs with.
    pub fn standard() -> Self {
        let rate = NonZeroU32::new(RATE_PER_SECOND).zip(NonZeroU32::new(BURST));
        Self {
            rate: rate.map(|(per_second, burst)| Rate { per_second, burst }),
            concurrent_max: CONCURRENT_MAX,
            request_time_max: REQUEST_TIME_MAX,
            idle_time_max: IDLE_TIME_MAX,
        }
    }

    /// No rate, and room for any load a benchmark makes.
    pub fn off() -> Self {
        Self { rate: None, concurrent_max: 1 << 20, ..Self::standard() }
    }
}

/// Whom a request is counted for: the token's holder, or the peer where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    Holder(String),
    Peer(Option<IpAddr>),
}

impl Counted {
    pub(super) fn of(principal: Option<&Principal>, peer: Option<IpAddr>) -> Self {
        principal.map_or(Self::Peer(peer), |holder| Self::Holder(holder.name.clone()))
    }
}

/// One bucket a caller.
pub(super) struct RateLimiter {
    take: Box<dyn Fn(&Counted) -> bool + Send + Sync>,
    forget: Box<dyn Fn() + Send + Sync>,
}

impl RateLimiter {
    pub(super) fn new(rate: Rate) -> Self {
        // A period of zero, the one thing `finish` refuses, cannot come from a u32 rate.
        let config = GovernorConfigBuilder::default()
            .period(Duration::from_secs(1) / rate.per_second.get())
            .burst_size(rate.burst.get())
            .key_extractor(ByGate)
            .finish();
        let limiter = config.map(|config| Arc::clone(config.limiter()));
        let resting = limiter.clone();
        Self {
            take: Box::new(move |caller| {
                limiter.as_ref().is_none_or(|limiter| limiter.check_key(caller).is_ok())
            }),
            forget: Box::new(move || {
                if let Some(limiter) = &resting {
                    limiter.retain_recent();
                    limiter.shrink_to_fit();
                }
            }),
        }
    }

    /// False where the caller has used up what he may send.
    pub(super) fn take(&self, caller: &Counted) -> bool {
        (self.take)(caller)
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RateLimiter")
    }
}

/// The gate names the caller itself, so that a token is verified before it is counted; nothing is
/// taken from the request.
#[derive(Debug, Clone, Copy)]
struct ByGate;

impl KeyExtractor for ByGate {
    type Key = Counted;

    fn name(&self) -> &'static str {
        "caller"
    }

    fn extract<T>(&self, _: &Request<T>) -> Result<Counted, GovernorError> {
        Err(GovernorError::UnableToExtractKey)
    }
}

/// Keeps the tables of callers and measurements small, as long as the server runs.
pub(super) async fn upkeep(app: App) {
    loop {
        tokio::time::sleep(UPKEEP_EVERY).await;
        measure::upkeep();
        if let Some(rate) = &app.rate {
            (rate.forget)();
        }
    }
}
