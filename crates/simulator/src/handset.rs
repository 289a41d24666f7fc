//! [`Handset`]: a [`Phone`] with a line to its server: it signs, sends, listens, and signs again when it must.

use device::{DeviceKey, Heard, Moment, Phone, PhoneError, Request};
use money::{Instant, PaymentId};
use protocol::{PaymentView, Problem, SignUpBody, SignUpView, TokenView};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::{Answer, Connection, HttpError, Outgoing};

/// Why a phone did not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum HandsetError {
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The phone cannot sign.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// The server said no, and why.
    #[error("{}", .0.title)]
    Refused(Box<Problem>),
    /// The server said something that is not of this API.
    #[error("the server answered {0} with something that is not of this API")]
    Strange(u16),
    /// No randomness.
    #[error("no random bytes can be had")]
    Chance,
}

/// Where a handset's moments come from: the machine and its generator, or a simulation.
pub trait Source: Send {
    /// Now, with 16 bytes that were never used before.
    ///
    /// # Errors
    /// [`HandsetError::Chance`].
    fn moment(&mut self) -> Result<Moment, HandsetError>;
}

/// A phone and its line.
pub struct Handset<K: DeviceKey, S: Source> {
    phone: Phone<K>,
    line: Connection,
    source: S,
    nonce: Option<String>,
    token: Option<TokenView>,
    language: Option<&'static str>,
}

impl<K: DeviceKey, S: Source> std::fmt::Debug for Handset<K, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handset").field("phone", &self.phone).finish_non_exhaustive()
    }
}

impl<K: DeviceKey, S: Source> Handset<K, S> {
    /// `phone`, calling its own server over `line`.
    pub const fn new(phone: Phone<K>, line: Connection, source: S) -> Self {
        Self { phone, line, source, nonce: None, token: None, language: None }
    }

    /// The same, asking for this language (RFC 9110 §12.5.4) in what the server says to people.
    #[must_use]
    pub fn with_language(mut self, language: &'static str) -> Self {
        self.language = Some(language);
        self
    }

    /// The phone.
    pub const fn phone(&self) -> &Phone<K> {
        &self.phone
    }

    /// The phone, to be handed a nonce or a token it had before.
    pub const fn phone_mut(&mut self) -> &mut Phone<K> {
        &mut self.phone
    }

    /// The phone, without its line.
    pub fn into_phone(self) -> Phone<K> {
        self.phone
    }

    /// The last nonce the server gave, to be kept between two runs.
    pub fn last_nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// The last token this handset was given itself, to be kept between two runs: its refresh token works once.
    pub const fn last_token(&self) -> Option<&TokenView> {
        self.token.as_ref()
    }

    /// The present, as this handset sees it.
    ///
    /// # Errors
    /// [`HandsetError::Chance`].
    pub fn now(&mut self) -> Result<Instant, HandsetError> {
        Ok(self.source.moment()?.now)
    }

    /// A new payment's id.
    ///
    /// # Errors
    /// [`HandsetError::Chance`].
    pub fn payment_id(&mut self) -> Result<PaymentId, HandsetError> {
        let Moment { now, random } = self.source.moment()?;
        let [a, b, c, d, e, f, g, h, i, j, ..] = random;
        Ok(PaymentId::new(now, [a, b, c, d, e, f, g, h, i, j]))
    }

    /// Opens a wallet.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn sign_up(&mut self, body: &SignUpBody) -> Result<SignUpView, HandsetError> {
        let answer = self.exchange(|phone, at| phone.sign_up(body.clone(), at)).await?;
        let view: SignUpView = accepted(&answer)?;
        self.accept(&view.token);
        Ok(view)
    }

    fn accept(&mut self, token: &TokenView) {
        self.phone.accept_token(token);
        self.token = Some(token.clone());
    }

    /// Fetches a token when the present one ends soon; answers it when it is new.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn ensure_token(&mut self) -> Result<Option<TokenView>, HandsetError> {
        let now = self.now()?;
        if self.phone.needs_token(now) { self.renew_token().await.map(Some) } else { Ok(None) }
    }

    /// Fetches a token now: carries the session on, or opens another where that cannot be done.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn renew_token(&mut self) -> Result<TokenView, HandsetError> {
        let token = match self.next_token().await {
            Ok(token) => token,
            // The session is over, or the answer to its refresh got lost; the device key opens another.
            Err(HandsetError::Refused(problem)) if problem.status == 401 => {
                self.phone.reset_token();
                self.next_token().await?
            }
            Err(error) => {
                self.phone.reset_token();
                return Err(error);
            }
        };
        self.accept(&token);
        Ok(token)
    }

    /// A statement that this phone holds its key, for a bound one to bring to the server; good for a minute.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn possession(&mut self) -> Result<String, HandsetError> {
        self.possession_at("/v1/devices").await
    }

    /// The same for another address: `/v1/devices/rotate`, where the key is the next one of the same device.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn possession_at(&mut self, path: &str) -> Result<String, HandsetError> {
        // Any answer carries the nonce that it must be signed with.
        let answer = self
            .line
            .send(Outgoing { method: "GET", path: "/.well-known/farthing-keys", headers: &[], body: &[] })
            .await?;
        self.learn(&answer);
        Ok(self.phone.possession_at(path, self.source.moment()?)?)
    }

    async fn next_token(&mut self) -> Result<TokenView, HandsetError> {
        accepted(&self.exchange(|phone, at| phone.token_request(at)).await?)
    }

    /// Approves what was shown.
    ///
    /// # Errors
    /// [`HandsetError`]; a payment that was refused is [`HandsetError::Refused`].
    pub async fn pay(&mut self, shown: &device::Shown, payment: PaymentId) -> Result<PaymentView, HandsetError> {
        self.ensure_token().await?;
        accepted(&self.exchange(|phone, at| phone.pay(shown, payment, at)).await?)
    }

    /// Asks for something of this payer's.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn get<T: DeserializeOwned>(&mut self, path_and_query: &str) -> Result<T, HandsetError> {
        self.ensure_token().await?;
        accepted(&self.exchange(|phone, at| phone.get(path_and_query, at)).await?)
    }

    /// Sends a body in canonical form.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn post<B: Serialize + Sync, T: DeserializeOwned>(
        &mut self,
        path: &str,
        body: &B,
    ) -> Result<T, HandsetError> {
        self.ensure_token().await?;
        accepted(&self.exchange(|phone, at| phone.post(path, body, at)).await?)
    }

    /// Sends a body as a key that has no token: for signing in and for recovery.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn enrol<B: Serialize + Sync, T: DeserializeOwned>(
        &mut self,
        path: &str,
        body: &B,
    ) -> Result<T, HandsetError> {
        accepted(&self.exchange(|phone, at| phone.enrol(path, body, at)).await?)
    }

    /// Sends a body in canonical form to where nothing is answered but that it was taken.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn tell<B: Serialize + Sync>(&mut self, path: &str, body: &B) -> Result<(), HandsetError> {
        self.ensure_token().await?;
        let answer = self.exchange(|phone, at| phone.post(path, body, at)).await?;
        if answer.is_success() { Ok(()) } else { accepted(&answer) }
    }

    /// Asks for something anybody may read.
    ///
    /// # Errors
    /// [`HandsetError`].
    pub async fn read<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, HandsetError> {
        let answer = self.line.send(Outgoing { method: "GET", path, headers: &[], body: &[] }).await?;
        self.learn(&answer);
        accepted(&answer)
    }

    /// Signs and sends; when the server wants a newer nonce, signs and sends once more.
    async fn exchange<F>(&mut self, make: F) -> Result<Answer, HandsetError>
    where
        F: Fn(&Phone<K>, Moment) -> Result<Request, PhoneError>,
    {
        let (answer, heard) = self.attempt(&make).await?;
        match heard {
            Heard::Answered => Ok(answer),
            Heard::SignAgain => Ok(self.attempt(&make).await?.0),
        }
    }

    async fn attempt<F>(&mut self, make: &F) -> Result<(Answer, Heard), HandsetError>
    where
        F: Fn(&Phone<K>, Moment) -> Result<Request, PhoneError>,
    {
        let mut request = make(&self.phone, self.source.moment()?)?;
        request.headers.extend(self.language.map(|language| ("accept-language", language.to_owned())));
        let answer = self.line.send(outgoing(&request)).await?;
        let heard = self.learn(&answer);
        Ok((answer, heard))
    }

    fn learn(&mut self, answer: &Answer) -> Heard {
        let heard = self.phone.hear(answer.status, answer.nonce.as_deref());
        self.nonce = answer.nonce.clone().or(self.nonce.take());
        heard
    }
}

/// A phone's request as it is sent.
fn outgoing(request: &Request) -> Outgoing<'_> {
    Outgoing { method: request.method, path: &request.path, headers: &request.headers, body: &request.body }
}

/// What a 2xx answer says; anything else as the problem it describes.
pub(crate) fn accepted<T: DeserializeOwned>(answer: &Answer) -> Result<T, HandsetError> {
    if answer.is_success() {
        return Ok(answer.json()?);
    }
    match answer.json::<Problem>() {
        Ok(problem) => Err(HandsetError::Refused(Box::new(problem))),
        Err(_) => Err(HandsetError::Strange(answer.status)),
    }
}
