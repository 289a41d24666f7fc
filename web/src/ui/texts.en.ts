export const en = {
  retry: 'Try again',
  cancel: 'Cancel',
  back: 'Back',
  loading: 'Loading…',
  notKnown: {
    title: 'No answer from the server',
    body: 'Check your connection and try again. Nothing you see here has changed.',
  },
  failed: 'This could not be shown',
  payment: {
    authorized: 'On hold',
    held: 'Waiting, not paid yet',
    captured: 'Paid',
    voided: 'Released',
    expired: 'Hold expired',
    refused: 'Refused',
  },
  camera: {
    starting: 'Starting the camera…',
    view: 'Camera picture',
    hint: 'Hold the code inside the frame',
    noCamera: 'The camera cannot be used',
    denied:
      'This page may not use the camera. Allow it in the browser’s settings, or use a picture or paste the code.',
    missing: 'No camera was found here. Use a picture, or paste the code.',
    picture: 'Choose a picture',
    nothingFound: 'No code was found in this picture. Try one that shows the whole code, sharp and straight.',
  },
  scanned: {
    hidden: 'hidden character {{point}}',
    foreign: 'letter {{point}}',
    finding: 'finding {{number}}',
  },
  rule: {
    because: 'By',
    route: 'Where it may be paid instead:',
    routes: { licensed_provider: 'a licensed payment provider' },
  },
  pin: { clear: 'Clear', back: 'Delete the last digit' },
  deviceOn: '{{browser}} on {{system}}',
};
