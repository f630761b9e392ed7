//! Days as the command line counts them.

use anyhow::Context as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use litopys_api::clock::Clock;

/// Today in a zone named as the IANA does.
pub(crate) fn today_in(zone: &str) -> anyhow::Result<Date> {
    let zone = TimeZone::get(zone).with_context(|| {
        format!("`{zone}` is no IANA time zone; write, for example, Europe/Kyiv")
    })?;
    Ok(Clock::system().now().to_zoned(zone).date())
}
