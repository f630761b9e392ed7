//! The law files of this repository, compiled in, so that a ledger can be founded and a
//! procedure printed without the source tree at hand. Acts are judged by what the log
//! publishes, never by these.

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        /// Paths below `domain/`, with their texts.
        pub const LAW_FILES: &[(&str, &str)] =
            &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $path)))),*];
    };
}

files! {
    "calendars/UA.yaml",
    "codes/CL-ACT.yaml",
    "codes/CL-AGE.yaml",
    "codes/CL-AGE5.yaml",
    "codes/CL-APPEAL.yaml",
    "codes/CL-BIO.yaml",
    "codes/CL-CHANNEL.yaml",
    "codes/CL-COMPETENCE.yaml",
    "codes/CL-COUNTRY.yaml",
    "codes/CL-DISPUTE.yaml",
    "codes/CL-INST.yaml",
    "codes/CL-LANG.yaml",
    "codes/CL-LEVEL.yaml",
    "codes/CL-LOSS.yaml",
    "codes/CL-MINOR.yaml",
    "codes/CL-OUTCOME.yaml",
    "codes/CL-PLACE.yaml",
    "codes/CL-ROLE.yaml",
    "codes/CL-SEX.yaml",
    "codes/CL-SOURCE.yaml",
    "codes/CL-STATUS.yaml",
    "codes/CL-TO.yaml",
    "codes/CL-UNHCR-ORIGIN.yaml",
    "letters/citizenship-admission-decree.md",
    "letters/citizenship-admission-rejected.md",
    "letters/citizenship-documents-returned.md",
    "letters/citizenship-registered.md",
    "letters/citizenship-registration-refused.md",
    "letters/complaint-decision.md",
    "letters/forced-return-cancelled.md",
    "letters/forced-return-decision.md",
    "letters/forced-return-term-prolonged.md",
    "letters/protection-acceptance-refused.md",
    "letters/protection-accepted.md",
    "letters/protection-complaint-decision.md",
    "letters/protection-processing-opened.md",
    "letters/protection-processing-refused.md",
    "letters/protection-recognised-complementary.md",
    "letters/protection-recognised-refugee.md",
    "letters/protection-refused.md",
    "letters/protection-status-withdrawn.md",
    "letters/temporary-residence-exchange.md",
    "letters/temporary-residence-invalid.md",
    "letters/temporary-residence-issue.md",
    "letters/temporary-residence-refusal.md",
    "letters/temporary-residence-revocation.md",
    "letters/temporary-residence-stay-extended.md",
    "letters/voluntary-return-decision.md",
    "letters/voluntary-return-refused.md",
    "parameters/detention_cap.yaml",
    "parameters/nmdg.yaml",
    "parameters/subsistence_min_ablebodied.yaml",
    "parameters/visa_free_stay.yaml",
    "procedures/administrative-procedure.yaml",
    "procedures/citizenship-acquisition.yaml",
    "procedures/decision-particulars.yaml",
    "procedures/forced-return.yaml",
    "procedures/international-protection.yaml",
    "procedures/temporary-residence-document.yaml",
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_law_file_of_the_folders_is_compiled_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        for folder in ["calendars", "codes", "letters", "parameters", "procedures"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                if !name.starts_with("README") {
                    found.push(format!("{folder}/{name}"));
                }
            }
        }
        found.sort();
        let listed: Vec<_> = LAW_FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(listed, found, "add the file to the list in built_in.rs");
    }
}
