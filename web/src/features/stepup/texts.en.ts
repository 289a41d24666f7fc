export const en = {
  title: 'One more check',
  why: 'Why it is asked',
  passkey: 'Confirm with a passkey',
  declined: 'The passkey was not used. Try again, or use another way.',
  pin: 'Payment PIN',
  left_one: '{{count}} try left.',
  left_other: '{{count}} tries left.',
  unknown: 'No answer arrived. Try again.',
  cancel: 'Not now',
  waiting: 'Possible from {{time}}',
  waitingBody:
    'What you set up is new. It waits, so that somebody who holds your device for a moment cannot set it up and pay with it.',
  notSetUp: 'No payment PIN is set up',
  notSetUpBody: 'This needs one more check, and you have none yet. Set a payment PIN; nothing was paid.',
  setUpPasskey: 'Make a passkey',
  setUp: 'Set a payment PIN',
};
