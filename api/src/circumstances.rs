//! Reads what a verdict rests on, with the keys under which it was read.

use std::collections::BTreeSet;
use std::sync::Arc;

use litopys_domain::act::RecordedAct;
use litopys_domain::circumstances::{Circumstances, must_exist};
use litopys_domain::ids::StreamId;
use litopys_domain::law::next::put_from;
use litopys_domain::law::package::Shelf;
use litopys_domain::registry::RegistryAct;
use litopys_domain::statement::Statement;

use crate::append::Key;
use crate::law_texts;
use crate::ledger::Ledger;
use crate::stored::StoredError;
use crate::tail::World;

impl Ledger {
    /// Everything beside the statement's own stream that judging it looks at.
    pub(crate) async fn circumstances(
        &self,
        world: &World,
        statement: &Statement,
        recorded: &[RecordedAct],
        read_at: u64,
    ) -> Result<(Circumstances, Vec<Key>), StoredError> {
        let mut reads = standing_keys(world, statement);
        let mut unknown = BTreeSet::new();
        for stream in must_exist(statement) {
            if self.streams().load(&stream).await?.is_empty() {
                unknown.insert(stream);
            }
        }
        let mut related = Vec::new();
        for case in self.related_cases(statement, recorded).await? {
            let key = Key::from(&case);
            if case != statement.stream && !reads.contains(&key) {
                reads.push(key);
                related.push(self.streams().load(&case).await?);
            }
        }
        let read = related.iter().map(|acts| acts.as_slice()).chain([recorded]);
        let position = behind(read_at, read);
        let circumstances = Circumstances {
            registry: Arc::clone(&world.registry),
            laws: Arc::clone(&world.laws),
            today: self.today(world),
            position,
            related,
            unknown,
            package_fault: self.package_fault(statement).await,
        };
        Ok((circumstances, reads))
    }

    /// The other cases of everybody whom the case or the statement names, and the dispute that a
    /// court outcome comes from.
    async fn related_cases(
        &self,
        statement: &Statement,
        recorded: &[RecordedAct],
    ) -> Result<Vec<StreamId>, StoredError> {
        let earlier = recorded.iter().flat_map(|act| &act.statement.subjects);
        let subjects: BTreeSet<_> = statement.subjects.iter().chain(earlier).collect();
        let mut cases: Vec<_> = put_from(statement).into_iter().collect();
        for subject in subjects {
            cases.extend(self.streams().cases_of(subject).await?.iter().cloned());
        }
        Ok(cases)
    }

    /// A package may be published only if all of its texts are stored and compile.
    async fn package_fault(&self, statement: &Statement) -> Option<String> {
        let Ok(Some(RegistryAct::PackagePublished(facts))) = RegistryAct::read(statement) else {
            return None;
        };
        let mut connection = match self.pool().acquire().await {
            Ok(connection) => connection,
            Err(error) => return Some(error.to_string()),
        };
        match law_texts::load(&mut connection, &mut Shelf::default(), facts.package).await {
            Err(error) => Some(error.to_string()),
            Ok(package) if package.law.procedure != statement.stream.id() => {
                Some(format!("the package is of `{}`", package.law.procedure))
            }
            Ok(package) if package.law.edition != facts.edition => {
                Some(format!("the package's edition is {}", package.law.edition))
            }
            Ok(_) => None,
        }
    }
}

/// A position behind everything that was read: streams may be newer than the size read before.
fn behind<'a>(read_at: u64, streams: impl Iterator<Item = &'a [RecordedAct]>) -> u64 {
    streams.filter_map(|acts| acts.last()).map(|act| act.position + 1).fold(read_at, u64::max)
}

/// Signers, subjects, the ledger's own stream and the procedure's.
fn standing_keys(world: &World, statement: &Statement) -> Vec<Key> {
    let mut keys: Vec<_> = statement.signers.iter().map(|signer| Key::from(&signer.by)).collect();
    keys.extend(statement.subjects.iter().map(Key::from));
    let ledger = world.registry.founding().map(|founding| StreamId::ledger(&founding.origin));
    let procedure = statement.law.as_ref().map(|law| StreamId::procedure(&law.procedure));
    keys.extend(ledger.into_iter().chain(procedure).flatten().map(|stream| Key::from(&stream)));
    keys
}
