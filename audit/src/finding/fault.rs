//! The kinds of contradiction, in words.

macro_rules! faults {
    ($($fault:ident: $code:literal, $en:literal, $uk:literal;)*) => {
        /// What kind of contradiction a finding is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $($fault,)*
        }

        impl Fault {
            /// Every kind, for the list of codes.
            pub const ALL: &'static [Self] = &[$(Self::$fault),*];

            /// Stable code, and the sentence in English and Ukrainian.
            pub fn words(self) -> (&'static str, &'static str, &'static str) {
                match self {
                    $(Self::$fault => ($code, $en, $uk),)*
                }
            }

            pub fn code(self) -> &'static str {
                self.words().0
            }
        }
    };
}

faults! {
    PayloadForm: "payload-form",
        "the stored payload is no act in canonical form",
        "збережені дані не є дією в канонічній формі";
    LeafHash: "leaf-hash",
        "the payload's bytes do not have the leaf hash stored beside them",
        "байти дії не відповідають збереженому хешу листа";
    StatementHash: "statement-hash",
        "the column statement_sha256 is not the hash of the signed statement",
        "стовпець statement_sha256 не є хешем підписаного тексту";
    ColumnAggregateType: "column-aggregate-type",
        "the column aggregate_type differs from the signed stream",
        "стовпець aggregate_type відрізняється від підписаного потоку";
    ColumnAggregateId: "column-aggregate-id",
        "the column aggregate_id differs from the signed stream",
        "стовпець aggregate_id відрізняється від підписаного потоку";
    ColumnSequence: "column-sequence",
        "the column sequence differs from the payload",
        "стовпець sequence відрізняється від даних дії";
    ColumnEventType: "column-event-type",
        "the column event_type differs from the signed act",
        "стовпець event_type відрізняється від підписаної дії";
    ColumnEventVersion: "column-event-version",
        "the column event_version differs from the signed version",
        "стовпець event_version відрізняється від підписаної версії";
    ColumnMetadata: "column-metadata",
        "the column metadata is not empty",
        "стовпець metadata не порожній";
    ColumnRecordedAt: "column-recorded-at",
        "the column recorded_at differs from the payload",
        "стовпець recorded_at відрізняється від даних дії";
    PositionGap: "position-gap",
        "a position of the log has no event",
        "на позиції журналу немає події";
    PositionRepeated: "position-repeated",
        "two events stand at one position",
        "дві події на одній позиції";
    ShortRead: "short-read",
        "the table gave another number of events than it counts",
        "таблиця віддала іншу кількість подій, ніж налічує";
    SequenceGap: "sequence-gap",
        "the stream is not contiguous",
        "потік має пропуск або повтор";
    Chain: "chain",
        "`previous` is not the leaf hash of the stream's act before",
        "`previous` не є хешем попередньої дії потоку";
    RecordedAtOrder: "recorded-at-order",
        "recorded before the event at the position before",
        "записано раніше, ніж подію на попередній позиції";
    StatementRepeated: "statement-repeated",
        "a statement stands in the log twice",
        "один підписаний текст стоїть у журналі двічі";
    OtherLedger: "another-ledger",
        "the statement was signed for another ledger",
        "текст підписано для іншого реєстру";
    Genesis: "genesis",
        "position 0 does not hold the trusted genesis",
        "на позиції 0 немає довіреного акта створення";
    LedgerKey: "ledger-key",
        "the trusted key is not among the ledger's keys in the log",
        "довіреного ключа немає серед ключів реєстру в журналі";
    NotInterpreted: "not-interpreted",
        "a version that this auditor does not interpret",
        "версія, якої цей аудитор не тлумачить";
    SignatureForged: "forged-signature",
        "a signature does not match the statement's bytes",
        "підпис не відповідає тексту";
    KeyUnknown: "unknown-key",
        "signed with a key that is not the signer's",
        "підписано ключем, який не належить підписантові";
    KeyEnded: "key-ended",
        "signed with a key that had ended before this position",
        "підписано ключем, дію якого припинено до цієї позиції";
    PostMissing: "no-post",
        "the signer held no such post on the day of recording",
        "підписант не обіймав такої посади в день запису";
    FutureDate: "future-date",
        "the act is dated more than a day ahead of its recording",
        "дію датовано більш як на день пізніше за запис";
    RegistryAct: "registry-act",
        "an act about officers, services or the ledger that could not be taken",
        "дія щодо посадовців, систем чи реєстру, яку не можна було вчинити";
    SeenUnknown: "seen-unknown",
        "`seen` names no earlier act of this stream",
        "`seen` не називає жодної попередньої дії потоку";
    SeenMissing: "seen-missing",
        "an act that does not open its stream names no act that its signer saw",
        "дія, що не відкриває потік, не називає, що бачив підписант";
    SeenStale: "seen-stale",
        "the act passes over material acts that its signer had not seen",
        "дія минає суттєві дії, яких підписант не бачив";
    SubjectUnknown: "subject-unknown",
        "a subject was not registered before this act",
        "особу не зареєстровано до цієї дії";
    ActUnknown: "act-unknown",
        "an act that this kind of stream does not have",
        "дія, якої в потоці такого виду не буває";
    Term: "term",
        "two ways of counting a term give different ends",
        "два способи лічби дають різний кінець строку";
    NumberMissing: "number-missing",
        "the case's opening act has no number, or a later one has",
        "перша дія справи не має номера, або його має пізніша";
    NumberGap: "number-gap",
        "case numbers are not gap-free",
        "нумерація справ має пропуск або повтор";
    NumberCounter: "number-counter",
        "the table case_numbers differs from the numbers in the log",
        "таблиця case_numbers відрізняється від номерів у журналі";
    NumberYear: "number-year",
        "the case's number names another year than that of its recording",
        "номер справи називає не той рік, у якому її записано";
    TileHash: "tile-hash",
        "a stored tile differs from the hashes of the events",
        "збережена плитка відрізняється від хешів подій";
    TileMissing: "tile-missing",
        "a full tile is not stored",
        "повну плитку не збережено";
    TileExtra: "tile-extra",
        "a tile is stored that the log does not fill",
        "збережено плитку, якої журнал не заповнює";
    HeadSize: "head-size",
        "log_head counts another number of events than the log holds",
        "log_head налічує іншу кількість подій, ніж має журнал";
    RowBeyondHead: "row-beyond-head",
        "an event stands beyond the log's head",
        "подія стоїть за межею журналу, яку називає log_head";
    HeadRange: "head-range",
        "log_head holds other hashes than the events give",
        "log_head містить інші хеші, ніж дають події";
    HeadRecordedAt: "head-recorded-at",
        "log_head names another last time than the last event",
        "log_head називає інший останній час, ніж остання подія";
    CheckpointNote: "checkpoint-note",
        "a stored checkpoint is not a note that a trusted key signed",
        "збережена контрольна точка не підписана довіреним ключем";
    CheckpointSize: "checkpoint-size",
        "a stored checkpoint states another size than its row",
        "збережена контрольна точка називає інший розмір, ніж її рядок";
    CheckpointBeyond: "checkpoint-beyond",
        "a published checkpoint covers more events than the log holds",
        "опублікована контрольна точка охоплює більше подій, ніж має журнал";
    CheckpointRoot: "checkpoint-root",
        "the events of this interval are not those that were published",
        "події цього проміжку не ті, що були опубліковані";
    CheckpointLate: "checkpoint-late",
        "acts wait for a published checkpoint longer than the cadence allows",
        "дії чекають на опубліковану контрольну точку довше, ніж дозволено";
    Inclusion: "inclusion",
        "the proof does not lead from the act to the checkpoint's root",
        "доказ не веде від дії до кореня контрольної точки";
    SubjectRow: "subject-row",
        "stream_subjects holds a row that no act gives",
        "stream_subjects містить рядок, якого не дає жодна дія";
    SubjectMissing: "subject-missing",
        "stream_subjects lacks a subject that an act names",
        "у stream_subjects немає особи, яку називає дія";
    PackageHash: "package-hash",
        "a stored text does not have the hash under which it is kept",
        "збережений текст не відповідає своєму хешу";
    PackageMissing: "package-missing",
        "a published package is not stored",
        "опублікований пакет не збережено";
    PackageUnsound: "package-unsound",
        "a published package does not compile to the law it names",
        "опублікований пакет не складається в названий закон";
    ReadModel: "read-model-differs",
        "a read model differs from what the acts give",
        "модель для читання відрізняється від того, що випливає з дій";
    PersonField: "person-field",
        "a person is registered with a field that persons do not have, or with an open fact",
        "особу зареєстровано з полем, якого в осіб не буває, або з відкритою обставиною";
    PackageDue: "package-due",
        "the act names another edition or package than was due",
        "дія називає іншу редакцію чи пакет, ніж належало";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_kebab_case() {
        let mut codes: Vec<_> = Fault::ALL.iter().map(|fault| fault.code()).collect();
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(codes.iter().all(|code| code.chars().all(kebab)));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Fault::ALL.len());
    }
}
