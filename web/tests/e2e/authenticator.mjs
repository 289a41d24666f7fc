/** Chromium's virtual authenticator: a phone's built-in one, whose user always looks at it. */

/** `synced`: its passkeys are backed up to their owner's account. */
export async function authenticator(page, { synced = false } = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: synced,
      defaultBackupState: synced,
    },
  });
  const call = (method, more) => session.send(`WebAuthn.${method}`, { authenticatorId, ...more });
  return {
    credentials: async () => (await call('getCredentials')).credentials,
    /** It is no longer at hand. */
    remove: () => call('removeVirtualAuthenticator'),
    /** As a synced passkey arrives, or as its counter arrives from another device. */
    put: async (credential) => {
      const { credentialId } = credential;
      await call('removeCredential', { credentialId }).catch(() => undefined);
      await call('addCredential', { credential });
    },
  };
}
