//! Names of options and variables whose values are secrets.

/// What makes a name a secret's wherever it stands in it, separators aside: `DB_PASSWORD`, `apiKey`,
/// `aws-secret-access-key`.
const ANYWHERE: [&str; 17] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASSCODE",
    "SECRET",
    "CREDENTIAL",
    "APIKEY",
    "ACCESSKEY",
    "PRIVATEKEY",
    "SIGNINGKEY",
    "ENCRYPTIONKEY",
    "MASTERKEY",
    "ACCOUNTKEY",
    "AUTHTOKEN",
    "ACCESSTOKEN",
    "CONNECTIONSTRING",
    "SSHPASS",
];

/// What makes it one as a word of its own: `GITHUB_TOKEN`, but not `TOKENIZERS_PARALLELISM`.
const WORDS: [&str; 5] = ["TOKEN", "JWT", "COOKIE", "PASSPHRASE", "PSK"];

/// The same at the name's end only: `MYSQL_PWD`, but not `--pass-through`.
const LAST: [&str; 8] = [
    "PASS",
    "PWD",
    "PW",
    "PAT",
    "AUTH",
    "DSN",
    "OTP",
    "PASSWORDS",
];

/// Names that end so say where a secret lies, or what it is like, and not what it is.
const ABOUT: [&str; 22] = [
    "FILE", "FILES", "PATH", "DIR", "STDIN", "SOCK", "SOCKET", "PROMPT", "POLICY", "LENGTH", "LEN",
    "SIZE", "LIMIT", "TYPE", "TIMEOUT", "EXPIRY", "TTL", "FD", "URL", "URI", "ENDPOINT", "NAME",
];

/// Names that a rule above fits and that are known to be none.
const KNOWN: [&str; 2] = ["PWD", "OLDPWD"];

/// Longer names are no names.
const LONGEST: usize = 256;

/// Whether what is called so is taken for a secret.
#[must_use]
pub fn is_secret(name: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    if name.is_empty() || name.len() > LONGEST || !name.iter().all(is_name) {
        return false;
    }
    // A property of Java: `-Dtoken=…`.
    let words = words(name.strip_prefix(b"-D").unwrap_or(name));
    let Some(last) = words.last() else {
        return false;
    };
    let whole = words.concat();
    let has = |list: &[&str], word: &str| list.contains(&word);
    if has(&ABOUT, last) || has(&KNOWN, &whole) {
        return false;
    }
    ANYWHERE.iter().any(|part| whole.contains(part))
        || words.iter().any(|word| has(&WORDS, word))
        || has(&LAST, last)
}

/// The words of a name in capitals: between separators, and where a small letter is followed by a large one.
fn words(name: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = b'-';
    for byte in name {
        let begins = before.is_ascii_lowercase() && byte.is_ascii_uppercase();
        let separates = !before.is_ascii_alphanumeric();
        if byte.is_ascii_alphanumeric() {
            if begins || separates {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.push(char::from(byte.to_ascii_uppercase()));
            }
        }
        before = *byte;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_by_their_words() {
        for name in [
            "PASSWORD",
            "db_password",
            "--password",
            "dbPassword",
            "PGPASSWORD",
            "MYSQL_PWD",
            "AWS_SECRET_ACCESS_KEY",
            "API_KEY",
            "apiKey",
            "x-api-key",
            "OPENAI_API_KEY",
            "GITHUB_TOKEN",
            "spring.datasource.password",
            "SECRET_KEY_BASE",
            "REDISCLI_AUTH",
            "SSHPASS",
            "-pass",
            "VAULT_TOKEN_1",
            "-Dtoken",
            "AZURE_CLIENT_SECRET",
            "SENTRY_DSN",
        ] {
            assert!(is_secret(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn what_is_only_alike_is_told() {
        for name in [
            "PWD",
            "OLDPWD",
            "PATH",
            "TOKENIZERS_PARALLELISM",
            "SSH_AUTH_SOCK",
            "--password-file",
            "POSTGRES_PASSWORD_FILE",
            "--password-stdin",
            "--pass-through",
            "KEYBOARD",
            "COMPASS",
            "BYPASS_CACHE",
            "--max-tokens",
            "TOKEN_URL",
            "XAUTHORITY",
            "AUTHOR",
            "--author",
            "",
            "-",
            "a password",
        ] {
            assert!(!is_secret(name.as_bytes()), "{name}");
        }
    }
}
