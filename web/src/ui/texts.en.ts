export const en = {
  retry: 'Try again',
  back: 'Back',
  loading: 'Loading…',
  notKnown: {
    title: 'No answer from the server',
    body: 'Check your connection and try again. Nothing you see here has changed.',
  },
  failed: 'This could not be shown',
  payment: {
    authorized: 'On hold',
    captured: 'Paid',
    voided: 'Released',
    expired: 'Hold expired',
    refused: 'Refused',
  },
};
