//! Bearer tokens: JWT (RFC 7519) with `EdDSA` (RFC 8037), issuer and audience both the ledger's
//! origin. A verified token is remembered by its SHA-256 until it expires.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use litopys_domain::ids::{AggregateType, StreamId};
use litopys_domain::keys::PublicKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::principal::{Offices, Principal, Scope};

/// Longest token taken from outside.
pub const TOKEN_BYTES_MAX: usize = 4096;
/// Verified tokens remembered at once.
const REMEMBERED_MAX: usize = 10_000;
/// How far another issuer's clock may be ahead when it says from when on a token holds.
const CLOCK_SKEW_S: i64 = 30;
/// Longest name of a reader, in bytes.
const NAME_BYTES_MAX: usize = 128;

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the request carries no bearer token")]
    Missing,
    #[error("the token cannot be read: a JWT signed with EdDSA is expected")]
    Malformed,
    #[error("the token is signed with another algorithm than EdDSA, or with none")]
    Algorithm,
    #[error("the token is signed by a key that this ledger does not know")]
    UnknownKey,
    #[error("the token's signature does not match")]
    Forged,
    #[error("the token has expired")]
    Expired,
    #[error("the token does not hold yet")]
    Early,
    #[error("the token was issued for another ledger")]
    Audience,
    #[error("the token comes from another issuer")]
    Issuer,
    #[error("the token's holder has no key in force any more")]
    HolderEnded,
    #[error("the token's claims cannot be read: sub, scope and offices are expected")]
    Claims,
}

/// Why a token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    #[error("the key cannot be used for tokens")]
    Key(#[from] ed25519_dalek::pkcs8::Error),
    #[error("the token cannot be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// What a token carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    /// Scopes, separated by spaces.
    scope: String,
    #[serde(default)]
    offices: Vec<String>,
}

/// One audience or several (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What somebody is given.
#[derive(Debug, Clone)]
pub struct Grant {
    /// `officer/…`, `service/…` or a reader's name.
    pub name: String,
    pub scopes: Vec<Scope>,
    /// Codes, or `*`.
    pub offices: Vec<String>,
}

/// Makes tokens for one ledger; an identity provider's stand-in for the embedded default.
pub struct TokenIssuer {
    origin: String,
    key: EncodingKey,
    kid: String,
}

impl TokenIssuer {
    pub fn new(origin: &str, key: &SigningKey) -> Result<Self, MintError> {
        Ok(Self {
            origin: origin.to_owned(),
            key: EncodingKey::from_ed_der(key.to_pkcs8_der()?.as_bytes()),
            kid: PublicKey::of(key).thumbprint().to_string(),
        })
    }

    /// A token that holds from `now` for `lifetime`.
    pub fn mint(
        &self,
        grant: &Grant,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<String, MintError> {
        let iat = now.as_second();
        let lifetime_s = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        let scopes: Vec<_> = grant.scopes.iter().map(|scope| scope.as_str()).collect();
        let claims = Claims {
            iss: self.origin.clone(),
            aud: Audience::One(self.origin.clone()),
            sub: grant.name.clone(),
            iat,
            exp: iat.saturating_add(lifetime_s),
            nbf: None,
            scope: scopes.join(" "),
            offices: grant.offices.clone(),
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.kid.clone());
        Ok(jsonwebtoken::encode(&header, &claims, &self.key)?)
    }
}

impl std::fmt::Debug for TokenIssuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenIssuer({}, {})", self.origin, self.kid)
    }
}

/// Verifies tokens under the keys of known issuers.
pub struct TokenVerifier {
    origin: String,
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
    remembered: RwLock<HashMap<[u8; 32], Remembered>>,
}

#[derive(Clone)]
struct Remembered {
    principal: Arc<Principal>,
    from_s: i64,
    until_s: i64,
}

impl TokenVerifier {
    /// `keys` are told apart by their RFC 7638 thumbprint, the header's `kid`.
    pub fn new(origin: &str, keys: impl IntoIterator<Item = PublicKey>) -> Self {
        let keys = keys.into_iter().filter_map(|key| {
            let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
            let decoding = DecodingKey::from_ed_components(&x).ok()?;
            Some((key.thumbprint().to_string(), decoding))
        });
        let mut validation = Validation::new(Algorithm::EdDSA);
        // Times are judged below, by the ledger's clock; audience and issuer with their own error.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self {
            origin: origin.to_owned(),
            keys: keys.collect(),
            validation,
            remembered: RwLock::default(),
        }
    }

    /// The holder of a token that is sound at `now`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Arc<Principal>, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Malformed);
        }
        let digest: [u8; 32] = Sha256::digest(token).into();
        let known = {
            let remembered = self.remembered.read().unwrap_or_else(PoisonError::into_inner);
            remembered.get(&digest).cloned()
        };
        let now_s = now.as_second();
        let holder = match known {
            Some(holder) => holder,
            None => self.remember(digest, self.check(token)?, now_s),
        };
        if now_s >= holder.until_s {
            return Err(TokenError::Expired);
        }
        if now_s + CLOCK_SKEW_S < holder.from_s {
            return Err(TokenError::Early);
        }
        Ok(holder.principal)
    }

    fn remember(&self, digest: [u8; 32], holder: Remembered, now_s: i64) -> Remembered {
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.retain(|_, holder| now_s < holder.until_s);
        }
        if remembered.len() < REMEMBERED_MAX && now_s < holder.until_s {
            remembered.insert(digest, holder.clone());
        }
        holder
    }

    fn check(&self, token: &str) -> Result<Remembered, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| header_error(token))?;
        if header.alg != Algorithm::EdDSA {
            return Err(TokenError::Algorithm);
        }
        let kid = header.kid.as_deref().ok_or(TokenError::UnknownKey)?;
        let key = self.keys.get(kid).ok_or(TokenError::UnknownKey)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .map_err(|error| kind_of(&error))?
            .claims;
        if claims.iss != self.origin {
            return Err(TokenError::Issuer);
        }
        let meant = match &claims.aud {
            Audience::One(one) => *one == self.origin,
            Audience::Several(several) => several.contains(&self.origin),
        };
        if !meant {
            return Err(TokenError::Audience);
        }
        let (from_s, until_s) = (claims.nbf.unwrap_or(claims.iat), claims.exp);
        let principal = Arc::new(principal(claims)?);
        Ok(Remembered { principal, from_s, until_s })
    }
}

impl std::fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenVerifier({}, {} keys)", self.origin, self.keys.len())
    }
}

/// Tells a readable header with a foreign algorithm, such as `none`, from an unreadable token.
fn header_error(token: &str) -> TokenError {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "alg")]
        _alg: String,
    }
    let head = token.split('.').next().unwrap_or_default();
    let named = URL_SAFE_NO_PAD
        .decode(head)
        .ok()
        .and_then(|json| serde_json::from_slice::<Named>(&json).ok());
    if named.is_some() { TokenError::Algorithm } else { TokenError::Malformed }
}

fn kind_of(error: &jsonwebtoken::errors::Error) -> TokenError {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => TokenError::Forged,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => TokenError::Algorithm,
        ErrorKind::Json(_) | ErrorKind::InvalidClaimFormat(_) => TokenError::Claims,
        _ => TokenError::Malformed,
    }
}

fn principal(claims: Claims) -> Result<Principal, TokenError> {
    let name = claims.sub;
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains(char::is_control) {
        return Err(TokenError::Claims);
    }
    let scopes = claims.scope.split_ascii_whitespace().map(str::parse);
    let scopes: BTreeSet<Scope> =
        scopes.collect::<Result<_, _>>().map_err(|_| TokenError::Claims)?;
    let stream = name.parse::<StreamId>().ok();
    let signs = |kind| matches!(kind, AggregateType::Officer | AggregateType::Service);
    if stream.as_ref().is_some_and(|stream| !signs(stream.kind())) {
        return Err(TokenError::Claims);
    }
    Ok(Principal { name, stream, scopes, offices: Offices::of(claims.offices) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "ledger.example/test";

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn now() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn grant() -> Grant {
        Grant {
            name: "officer/0192f0c4-7d1e-7c2a-9b43-1f6f0d3a5e79".to_owned(),
            scopes: vec![Scope::CaseRead, Scope::CaseWrite],
            offices: vec!["80".to_owned()],
        }
    }

    fn verifier() -> TokenVerifier {
        TokenVerifier::new(ORIGIN, [PublicKey::of(&key(9))])
    }

    fn mint(origin: &str, seed: u8) -> String {
        let issuer = TokenIssuer::new(origin, &key(seed)).unwrap();
        issuer.mint(&grant(), now(), Duration::from_mins(1)).unwrap()
    }

    #[test]
    fn a_sound_token_names_its_holder_until_it_expires() {
        let (verifier, token) = (verifier(), mint(ORIGIN, 9));
        for second in [0, 59] {
            let at = now() + jiff::SignedDuration::from_secs(second);
            let principal = verifier.verify(&token, at).unwrap();
            assert!(principal.has(Scope::CaseWrite) && !principal.has(Scope::Admin));
            assert!(principal.offices.cover(Some("80")) && !principal.offices.cover(Some("46")));
        }
        let late = now() + jiff::SignedDuration::from_secs(60);
        assert_eq!(verifier.verify(&token, late).unwrap_err(), TokenError::Expired);
        let early = now() - jiff::SignedDuration::from_secs(31);
        assert_eq!(verifier.verify(&token, early).unwrap_err(), TokenError::Early);
    }

    #[test]
    fn unsound_tokens_are_told_apart() {
        let verifier = verifier();
        let refused = |token: &str| verifier.verify(token, now()).unwrap_err();
        assert_eq!(refused(&mint(ORIGIN, 8)), TokenError::UnknownKey);
        assert_eq!(refused(&mint("ledger.example/other", 9)), TokenError::Issuer);
        assert_eq!(refused("a.b.c"), TokenError::Malformed);
        assert_eq!(refused(&"a".repeat(5000)), TokenError::Malformed);
        let token = mint(ORIGIN, 9);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let claims = signed.split_once('.').unwrap().1;
        assert_eq!(refused(&format!("{none}.{claims}.")), TokenError::Algorithm);
        let symmetric = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","kid":"x"}"#);
        assert_eq!(refused(&format!("{symmetric}.{claims}.{signature}")), TokenError::Algorithm);
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{signed}.{other}{}", &signature[1..]);
        assert_eq!(refused(&forged), TokenError::Forged);
    }
}
