//! `litopys procedure explain`: why an act is possible in a case or not, rule by rule.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use litopys_api::explain::ExplainRequest;
use litopys_domain::ids::{AggregateType, StreamId};
use litopys_domain::legal_time::LegalTime;
use litopys_domain::statement::{Author, Signer};
use litopys_domain::violation::Violation;
use serde_json::Value;
use uuid::Uuid;

use super::super::act::values::Fields;
use super::super::client::{Client, Server};
use super::super::data::Place;
use super::super::database::Database;
use super::super::opened::open_ledger;
use super::super::{Refused, out::raw, runtime};
use super::language::Lang;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_name = "ACT", help = "The act, such as ForcedReturnDecided")]
    act: String,
    /// The case
    #[arg(long, value_name = "ID")]
    case: Uuid,
    /// Open fact that you would give; without any, rules that ask for facts are told as open
    #[arg(long = "fact", value_name = "NAME=VALUE")]
    facts: Vec<String>,
    /// Role you would sign in
    #[arg(long, env = "LITOPYS_ROLE")]
    role: Option<String>,
    /// Office you would sign in
    #[arg(long, env = "LITOPYS_OFFICE")]
    office: Option<String>,
    /// Role of the one who decided, where you would only record it
    #[arg(long, value_name = "ROLE")]
    author: Option<String>,
    /// Legal date or instant of the act [default: today]
    #[arg(long, value_name = "TIME")]
    on: Option<LegalTime>,
    /// The language of the answer
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// Read a ledger that is not served: its directory
    #[arg(long, value_name = "DIR", conflicts_with = "token")]
    data: Option<PathBuf>,
    /// Postgres server of that ledger, where it has none of its own
    #[arg(long, value_name = "URL", requires = "data")]
    database_url: Option<String>,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let request = args.request()?;
    let told: Value = match &args.data {
        None => {
            let path = format!("/v1/cases/{}/explanations", args.case);
            Client::new(&args.server).post(&path, &request)?.1
        }
        Some(data) => {
            let place = Place { data: data.clone(), database_url: args.database_url.clone() };
            runtime()?.block_on(read(&place, args.case, request))?
        }
    };
    raw(&words(&told, args.lang));
    Ok(())
}

impl Args {
    fn request(&self) -> anyhow::Result<ExplainRequest> {
        let facts = match self.facts.as_slice() {
            [] => serde_json::Map::new(),
            given => Fields::of(&self.act)?.read(given)?.into_iter().collect(),
        };
        // Rules ask for role and office, never for a name.
        let nobody = "officer/00000000-0000-7000-8000-000000000000".parse()?;
        let signer =
            self.role.clone().map(|role| Signer { by: nobody, role, office: self.office.clone() });
        let author = self.author.clone().map(|role| Author { role, body: None, reference: None });
        Ok(ExplainRequest { act: self.act.clone(), facts, occurred_at: self.on, author, signer })
    }
}

/// From the directory of a ledger that no other process serves.
async fn read(place: &Place, case: Uuid, request: ExplainRequest) -> anyhow::Result<Value> {
    let dir = place.dir();
    let origin = dir.ledger()?.origin;
    let database = Database::open(place).await?;
    let (ledger, _appender) = open_ledger(&origin, &dir, &database).await?;
    let case = StreamId::new(AggregateType::Case, &case.to_string())?;
    let act = request.act.clone();
    let explained = ledger.explain(&case, request).await?;
    let explained = explained.with_context(|| {
        format!("there is no case {case}, or its law has no act {act} on that day")
    })?;
    let told = serde_json::to_value(&explained)?;
    drop(ledger);
    database.close().await?;
    if explained.unfit.is_empty() { Ok(told) } else { Err(Refused(unfit(&explained.unfit)).into()) }
}

/// As a ledger that is served says it.
fn unfit(violations: &[Violation]) -> String {
    let one = |violation: &Violation| {
        let (says, mend) = (&violation.says.en, &violation.mend.en);
        format!("  {} {says} ({mend})", violation.pointer)
    };
    let lines: Vec<_> = violations.iter().map(one).collect();
    format!("facts that the act cannot hold:\n{}", lines.join("\n"))
}

/// The answer in words.
fn words(told: &Value, lang: Lang) -> String {
    let mut page = Page { lang, text: String::new() };
    let next = &told["next"];
    let title = page.both(&next["title"]);
    let (procedure, edition, on) =
        (text(&told["procedure"]), text(&told["edition"]), text(&told["on"]));
    let head = ("by the law of", "за законодавством від");
    let line = format!("{}, {title}", text(&next["act"]));
    page.line(0, &line);
    page.line(2, &format!("{procedure} {} {edition}; {on}", lang.pick(head.0, head.1)));
    page.state(told);
    page.signers(told);
    page.terms(&next["due"]);
    page.rules(&told["rules"]);
    page.text
}

struct Page {
    lang: Lang,
    text: String,
}

impl Page {
    fn line(&mut self, indent: usize, what: &str) {
        _ = writeln!(self.text, "{}{what}", " ".repeat(indent));
    }

    fn both(&self, words: &Value) -> String {
        text(&words[self.lang.code()]).to_owned()
    }

    /// State and stops: whether the act is possible at all.
    fn state(&mut self, told: &Value) {
        let lang = self.lang;
        let state = match text(&told["state"]) {
            "" => lang.pick("not opened yet", "ще не відкрито").to_owned(),
            state => format!("{state}, {}", self.both(&told["state_title"])),
        };
        self.line(2, &format!("{}: {state}", lang.pick("state", "стан")));
        let from = match told["from"].as_array() {
            None => lang.pick("any that is not final", "будь-який неостаточний").to_owned(),
            Some(states) => states.iter().map(text).collect::<Vec<_>>().join(", "),
        };
        if !from.is_empty() {
            self.line(2, &format!("{}: {from}", lang.pick("possible in", "можлива у станах")));
        }
        let refused = &told["next"]["refused"];
        if refused.is_null() {
            self.line(2, lang.pick("possible here", "тут можлива"));
        } else {
            let [says, mend] = ["says", "mend"].map(|name| self.both(&refused[name]));
            self.line(2, &format!("{}: {says} ({mend})", lang.pick("not possible", "неможлива")));
        }
        if let Some(stop) = told["next"]["stopped_by"].as_str() {
            self.line(2, &format!("{}: {stop}", lang.pick("stopped by", "зупинено актом")));
        }
        if let Some(lost) = told["next"]["basis_lost"].as_str() {
            let what =
                lang.pick("rests on an annulled decision", "спирається на скасоване рішення");
            self.line(2, &format!("{what}: {lost}"));
        }
    }

    fn signers(&mut self, told: &Value) {
        let (lang, next) = (self.lang, &told["next"]);
        let together = |roles: &Value| joined(roles, " + ");
        let alternatives = next["signed_by"].as_array().into_iter().flatten().map(together);
        let lists = [
            (("signed by", "підписує"), alternatives.collect::<Vec<_>>().join(" | ")),
            (("recorded for", "записують за"), joined(&next["on_behalf_of"], ", ")),
            (("recorded by", "записує"), joined(&next["recorded_by"], ", ")),
            (("competence", "компетенція"), text(&next["competence"]).to_owned()),
            (("basis", "підстава"), joined(&next["basis"], ", ")),
        ];
        for ((en, uk), roles) in lists.into_iter().filter(|(_, roles)| !roles.is_empty()) {
            self.line(2, &format!("{}: {roles}", lang.pick(en, uk)));
        }
        let fits = match told["role_fits"].as_str() {
            Some("signs") => lang.pick("your role may sign it", "ваша роль може підписати"),
            Some("records") => lang
                .pick("your role may record it for another", "ваша роль може записати за іншого"),
            Some(_) => lang.pick(
                "your role may neither sign nor record it",
                "ваша роль не може ні підписати, ні записати",
            ),
            None => return,
        };
        self.line(2, fits);
    }

    fn terms(&mut self, due: &Value) {
        let what = self.lang.pick("waits for it until", "чекає на неї до");
        for term in due.as_array().into_iter().flatten() {
            let title = self.both(&term["title"]);
            self.line(2, &format!("{what} {}: {title}", text(&term["due"])));
        }
    }

    /// Rules that hold first, then those that hang on what is not given, then the rest.
    fn rules(&mut self, rules: &Value) {
        let lang = self.lang;
        let found = [
            (Some(true), lang.pick("Rules that hold", "Правила, що діють")),
            (
                None,
                lang.pick(
                    "Rules that hang on what was not given",
                    "Правила, що залежать від ненаданого",
                ),
            ),
            (Some(false), lang.pick("Rules that are silent", "Правила, що мовчать")),
        ];
        let rules = rules.as_array().map_or(&[][..], Vec::as_slice);
        for (holds, heading) in found {
            let mut these = rules.iter().filter(|rule| rule["holds"].as_bool() == holds).peekable();
            if these.peek().is_some() {
                self.text.push('\n');
                self.line(0, heading);
            }
            for rule in these {
                self.rule(rule);
            }
        }
    }

    fn rule(&mut self, rule: &Value) {
        let lang = self.lang;
        let effect = match rule["severity"].as_str() {
            None => lang.pick("refuses", "відмовляє").to_owned(),
            Some("D") => lang.pick("is shown (D)", "показує (D)").to_owned(),
            Some(grade) => {
                format!("{} ({grade})", lang.pick("asks for an answer", "потребує відповіді"))
            }
        };
        let says = self.both(&rule["says"]);
        let ground = [joined(&rule["basis"], ", "), text(&rule["certainty"]).to_owned()];
        let ground =
            ground.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        self.line(2, &format!("{} {effect}: {says} ({ground})", text(&rule["rule"])));
        self.line(6, &format!("{}: {}", lang.pick("when", "коли"), text(&rule["condition"])));
        for asked in rule["asks"].as_array().into_iter().flatten() {
            let answer = match (&asked["answer"], asked["is_open"].as_bool()) {
                (_, Some(true)) => lang.pick("not given yet", "ще не надано").to_owned(),
                (Value::Null, _) => lang.pick("nothing", "немає").to_owned(),
                (Value::String(text), _) => text.clone(),
                (other, _) => other.to_string(),
            };
            self.line(6, &format!("{} = {answer}", text(&asked["question"])));
        }
        if rule["holds"] == true && !rule["mend"].is_null() {
            let mend = self.both(&rule["mend"]);
            self.line(6, &format!("{}: {mend}", lang.pick("to mend it", "як виправити")));
        }
    }
}

fn joined(list: &Value, between: &str) -> String {
    list.as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join(between)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
