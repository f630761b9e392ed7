//! Who may sign, with which key, in which posts.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, ToSqlx};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::Json;
use utoipa::IntoParams;

use super::cursor::{self, ListError};
use super::{Answer, one_more, page, reflected};

/// An officer, a service or the ledger itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Officer {
    /// `officer/…`, `service/…` or `ledger/…`.
    pub id: String,
    pub kind: String,
    pub administrator: bool,
    /// RFC 7638 thumbprint of the key in force; none once it is revoked.
    pub key: Option<String>,
    pub keys: Vec<KeyState>,
    pub posts: Vec<PostHeld>,
    pub competences: Vec<CompetenceHeld>,
    pub suspensions: Vec<SuspensionSpan>,
    /// The acts a service may sign.
    pub services: Vec<String>,
}

/// A key and the positions between which its signatures count, both inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyState {
    pub thumbprint: String,
    pub from: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
}

/// A post; both days inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostHeld {
    pub role: String,
    pub office: String,
    pub from: Date,
    pub until: Option<Date>,
    pub acting_by_order: Option<String>,
}

/// A competence; both days inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompetenceHeld {
    pub course: String,
    pub from: Date,
    pub until: Date,
}

/// Days on which an officer may not sign; both inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspensionSpan {
    pub from: Date,
    pub until: Option<Date>,
}

/// Whom to list; a post must meet office, role and day together.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfficerFilter {
    /// `officer/…`, `service/…` or `ledger/…`
    pub id: Option<String>,
    pub office: Option<String>,
    /// Code of CL-ROLE.
    pub role: Option<String>,
    /// Only who holds a post on this day.
    #[param(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
}

/// Officers, services and the ledger, in the order of their names.
pub async fn officers(
    pool: &PgPool,
    filter: &OfficerFilter,
    after: Option<&str>,
    limit: u16,
) -> Result<Answer<Officer>, ListError> {
    let after = after.map(cursor::decode::<String>).transpose()?;
    let position = reflected(pool).await?;
    let rows = sqlx::query!(
        r#"select id, kind, administrator, key, keys as "keys: Json<Vec<KeyState>>",
                  suspensions as "suspensions: Json<Vec<SuspensionSpan>>", services,
                  (select coalesce(json_agg(json_build_object('role', p.role, 'office', p.office,
                            'from', p.from_day, 'until', p.until_day,
                            'acting_by_order', p.acting_by_order)
                            order by p.from_day, p.role, p.office), '[]')
                     from reads.posts p where p.officer = s.id) as "posts!: Json<Vec<PostHeld>>",
                  (select coalesce(json_agg(json_build_object('course', c.course,
                            'from', c.from_day, 'until', c.until_day)
                            order by c.from_day, c.course), '[]')
                     from reads.competences c
                    where c.officer = s.id) as "competences!: Json<Vec<CompetenceHeld>>"
             from reads.signatories s
            where ($1::text is null or id = $1)
              and ($2::text is null and $3::text is null and $4::date is null
                   or exists (select from reads.posts p
                               where p.officer = s.id
                                 and ($2::text is null or p.office = $2)
                                 and ($3::text is null or p.role = $3)
                                 and ($4::date is null or p.from_day <= $4
                                      and (p.until_day is null or p.until_day >= $4))))
              and ($5::text is null or id > $5)
            order by id limit $6"#,
        filter.id,
        filter.office,
        filter.role,
        filter.on.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        after,
        one_more(limit),
    )
    .map(|row| Officer {
        id: row.id,
        kind: row.kind,
        administrator: row.administrator,
        key: row.key,
        keys: row.keys.0,
        posts: row.posts.0,
        competences: row.competences.0,
        suspensions: row.suspensions.0,
        services: row.services,
    })
    .fetch_all(pool)
    .await?;
    Ok(page(rows, limit, position, |officer: &Officer| cursor::encode(&officer.id)))
}
