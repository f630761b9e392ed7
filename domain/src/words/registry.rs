//! Titles of the acts that no procedure file names: those of the registry and of persons.

use crate::violation::Words;

pub(super) fn title(act: &str) -> Option<Words> {
    let (en, uk) = match act {
        "LedgerFounded" => ("Ledger founded", "Створено реєстр"),
        "AdministratorsChanged" => ("Administrators changed", "Змінено адміністраторів"),
        "LedgerKeyRotated" => ("Key of the ledger rotated", "Замінено ключ реєстру"),
        "OfficerEnrolled" => ("Officer enrolled", "Зареєстровано посадову особу"),
        "OfficerAppointed" => ("Officer appointed", "Призначено на посаду"),
        "OfficerActing" => ("Acting appointment", "Покладено виконання обов'язків"),
        "PostEnded" => ("Post ended", "Звільнено з посади"),
        "CompetenceGranted" => ("Competence granted", "Набуто компетентність"),
        "CompetenceEnded" => ("Competence ended", "Припинено компетентність"),
        "OfficerSuspended" => ("Suspended from signing", "Призупинено право підпису"),
        "OfficerReinstated" => ("Reinstated", "Поновлено право підпису"),
        "KeyRotated" => ("Key rotated", "Замінено ключ"),
        "KeyReplaced" => ("Lost key replaced", "Замінено втрачений ключ"),
        "KeyRevoked" => ("Key revoked", "Відкликано ключ"),
        "ServiceEnrolled" => ("Outside system enrolled", "Зареєстровано зовнішню систему"),
        "PackagePublished" => ("Law published", "Оприлюднено редакцію процедури"),
        "PersonRegistered" => ("Person registered", "Зареєстровано особу"),
        _ => return None,
    };
    Some(Words::new(en, uk))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_registry_act_has_a_title() {
        for act in crate::registry::RegistryAct::IDS {
            assert!(super::title(act).is_some(), "{act}");
        }
    }
}
