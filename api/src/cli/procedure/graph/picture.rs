//! What is drawn: a box for every state, a box for acts that lead from the same states to the same
//! ones, and lines between them.

use std::collections::{BTreeMap, BTreeSet};

use litopys_domain::law::file::ActKind;
use litopys_domain::law::model::{ActLaw, From, Law};

use crate::cli::procedure::language::Lang;

/// Characters in a line of a box.
const LINE_CHARS: usize = 27;
/// Acts that stay, but in more states than these, are told below the picture.
const STAYS_MAX: usize = 3;
/// An act that is possible in more states names them in its box instead of by lines.
const FROM_MAX: usize = 4;

/// How a box looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    State,
    Final,
    Decision,
    Step,
    External,
    /// The ledger's own, when a term has run out.
    Service,
    /// An act that every case has.
    Engine,
}

impl Look {
    pub(super) const ALL: [Self; 7] = [
        Self::State,
        Self::Final,
        Self::Decision,
        Self::Step,
        Self::External,
        Self::Service,
        Self::Engine,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Final => "final",
            Self::Decision => "decision",
            Self::Step => "step",
            Self::External => "external",
            Self::Service => "service",
            Self::Engine => "engine",
        }
    }

    pub(super) fn title(self, lang: Lang) -> &'static str {
        let (en, uk) = match self {
            Self::State => ("state", "стан"),
            Self::Final => ("final state", "остаточний стан"),
            Self::Decision => ("decision", "рішення"),
            Self::Step => ("step", "крок"),
            Self::External => ("act of another", "дія іншого"),
            Self::Service => ("the ledger, term over", "реєстр, строк сплив"),
            Self::Engine => ("act of every case", "дія, спільна для всіх справ"),
        };
        lang.pick(en, uk)
    }

    fn of(act: &ActLaw) -> Self {
        match (act.engine, act.kind) {
            (Some(_), _) => Self::Engine,
            (None, ActKind::Decision) => Self::Decision,
            (None, ActKind::Step) => Self::Step,
            (None, ActKind::External) => Self::External,
            (None, ActKind::Service) => Self::Service,
        }
    }

    pub(super) fn is_state(self) -> bool {
        matches!(self, Self::State | Self::Final)
    }
}

pub(super) struct Node {
    pub look: Look,
    /// What stands in the box.
    pub lines: Vec<String>,
    /// Smaller lines below: acts that stay in a state, or from where an act is possible.
    pub small: Vec<String>,
    /// Where a reader begins.
    pub opens: bool,
    /// Ids, for those who point at the box.
    pub ids: Vec<String>,
}

pub(super) struct Picture {
    pub nodes: Vec<Node>,
    /// From, to; both are indices of nodes.
    pub edges: Vec<(usize, usize)>,
    /// What is told below: acts that change no state and are possible in many.
    pub below: Vec<String>,
    /// The same in words, for those who do not see it.
    pub words: Vec<String>,
}

/// What acts of one box have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    /// States; none is any open state, or any at all for acts of every case.
    from: Option<BTreeSet<String>>,
    opens: bool,
    to: BTreeSet<String>,
    look: Look,
}

struct Builder<'l> {
    law: &'l Law,
    lang: Lang,
    picture: Picture,
    states: BTreeMap<&'l str, usize>,
}

impl Picture {
    pub(super) fn of(law: &Law, lang: Lang) -> Self {
        let picture =
            Self { nodes: Vec::new(), edges: Vec::new(), below: Vec::new(), words: Vec::new() };
        let mut builder = Builder { law, lang, picture, states: BTreeMap::new() };
        builder.take_states();
        for (one, acts) in builder.moves() {
            builder.take_move(&one, &acts);
        }
        builder.take_stays();
        builder.picture
    }
}

impl Builder<'_> {
    fn take_states(&mut self) {
        for (id, state) in &self.law.states {
            let look = if state.is_final { Look::Final } else { Look::State };
            self.states.insert(id, self.picture.nodes.len());
            self.picture.nodes.push(Node {
                look,
                lines: wrap(self.lang.of(&state.title)),
                small: Vec::new(),
                opens: false,
                ids: vec![id.clone()],
            });
        }
    }

    /// Acts that move a case, together where they move it alike.
    fn moves(&self) -> BTreeMap<Move, Vec<(String, String)>> {
        let mut moves: BTreeMap<Move, Vec<(String, String)>> = BTreeMap::new();
        for act in self.law.acts.values().filter(|act| act.engine.is_none()) {
            let to: BTreeSet<_> = act.targets().map(str::to_owned).collect();
            if to.is_empty() {
                continue;
            }
            let from = match &act.from {
                From::Any => None,
                From::States(states) => Some(states.iter().cloned().collect()),
            };
            let one = Move { from, opens: act.opens, to, look: Look::of(act) };
            let title = self.lang.of(&act.title).to_owned();
            moves.entry(one).or_default().push((act.id.clone(), title));
        }
        for way in self.law.engine_ways() {
            let from = way.from.map(|from| from.iter().cloned().collect());
            let to = BTreeSet::from([way.to.to_owned()]);
            let served = self.law.act(way.of.unwrap_or_default());
            // A letter moves a case only where the decision that it brings has led.
            let from = from.or_else(|| {
                let of = served.filter(|_| way.act == "LetterServed")?;
                Some(of.targets().map(str::to_owned).collect())
            });
            let one =
                Move { from, opens: way.act == "ApplicationNotAccepted", to, look: Look::Engine };
            let title =
                |id: &str| self.law.act(id).map_or(id, |act| self.lang.of(&act.title)).to_owned();
            let (id, words) = match way.of {
                Some(of) => {
                    (format!("{}({of})", way.act), format!("{}: {}", title(way.act), title(of)))
                }
                None => (way.act.to_owned(), title(way.act)),
            };
            moves.entry(one).or_default().push((id, words));
        }
        moves
    }

    fn take_move(&mut self, one: &Move, acts: &[(String, String)]) {
        let index = self.picture.nodes.len();
        let lines = acts.iter().flat_map(|(_, title)| wrap(title)).collect();
        let mut small = Vec::new();
        if one.opens {
            small.push(self.lang.pick("opens a case", "відкриває справу").to_owned());
        }
        if one.from.is_none() {
            let text = if one.look == Look::Engine {
                ("from any state", "з будь-якого стану")
            } else {
                ("from any open state", "з будь-якого неостаточного стану")
            };
            small.push(self.lang.pick(text.0, text.1).to_owned());
        }
        let ids = acts.iter().map(|(id, _)| id.clone()).collect();
        let many = one.from.as_ref().is_some_and(|from| from.len() > FROM_MAX);
        if many {
            let from = self.titles(one.from.iter().flatten());
            small.extend(wrap(&format!("{} {from}", self.lang.pick("from", "зі станів"))));
        }
        self.picture.nodes.push(Node { look: one.look, lines, small, opens: one.opens, ids });
        for from in one
            .from
            .iter()
            .filter(|_| !many)
            .flatten()
            .filter_map(|id| self.states.get(id.as_str()))
        {
            self.picture.edges.push((*from, index));
        }
        for to in one.to.iter().filter_map(|id| self.states.get(id.as_str())) {
            self.picture.edges.push((index, *to));
        }
        self.tell(one, acts);
    }

    fn tell(&mut self, one: &Move, acts: &[(String, String)]) {
        let lang = self.lang;
        let titles = |ids: &BTreeSet<String>| self.titles(ids);
        let from = match &one.from {
            Some(from) if from.is_empty() => lang.pick("nothing", "нічого").to_owned(),
            Some(from) => titles(from),
            None => lang.pick("any state", "будь-який стан").to_owned(),
        };
        let acts = acts.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>().join("; ");
        let to = titles(&one.to);
        let look = one.look.title(lang);
        self.picture.words.push(format!("{acts} ({look}): {from} → {to}"));
    }

    fn titles<'s>(&self, states: impl IntoIterator<Item = &'s String>) -> String {
        let title = |id: &String| match self.law.states.get(id) {
            Some(state) => self.lang.of(&state.title).to_owned(),
            None => id.clone(),
        };
        states.into_iter().map(title).collect::<Vec<_>>().join(", ")
    }

    /// Acts that leave the state as it is stand in its box; those of many states below.
    fn take_stays(&mut self) {
        let lang = self.lang;
        for act in self.law.acts.values().filter(|act| act.engine.is_none()) {
            if act.targets().next().is_some() {
                continue;
            }
            let title = lang.of(&act.title);
            match &act.from {
                From::States(states) if states.len() <= STAYS_MAX => {
                    for state in states.iter().filter_map(|id| self.states.get(id.as_str())) {
                        let node = &mut self.picture.nodes[*state];
                        node.small.extend(marked(title));
                        node.ids.push(act.id.clone());
                    }
                }
                From::States(states) => {
                    let states = self.titles(states);
                    self.picture.below.push(format!("{title}: {states}"));
                }
                From::Any => {
                    let any = lang.pick("any open state", "будь-який неостаточний стан");
                    self.picture.below.push(format!("{title}: {any}"));
                }
            }
        }
    }
}

/// Lines of a box.
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let fits = |line: &String| line.chars().count() + 1 + word.chars().count() <= LINE_CHARS;
        match lines.last_mut().filter(|line| fits(line)) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// An act that stays, with a mark before its first line.
fn marked(title: &str) -> Vec<String> {
    let lines = wrap(title).into_iter().enumerate();
    lines.map(|(n, line)| if n == 0 { format!("· {line}") } else { format!("  {line}") }).collect()
}
