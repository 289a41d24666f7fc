export const en = {
  title: 'Open your wallet',
  lead: 'A prepaid wallet for small payments. You always see where your money goes before it goes.',
  name: 'Your name',
  nameHelp: 'How you want to be called. It is stored encrypted.',
  device: 'This device',
  deviceHelp: 'You will see this name in your list of devices.',
  keyTitle: 'The key is made here and stays here',
  keyBody:
    'This browser makes a key that signs your payments. Nobody can read or copy it, not even this page. If you clear this browser’s data, the key is gone and this browser can no longer pay from the wallet.',
  open: 'Open wallet',
  opening: 'Opening…',
  faults: {
    empty: 'Please enter something here.',
    too_long: 'At most 40 characters.',
    unsafe: 'This contains a character that cannot be shown safely.',
  },
  refused: 'The wallet was not opened',
  unknownTitle: 'No answer arrived',
  unknownBody: 'It is safe to try again: your wallet will be opened only once.',
  impossible: {
    title: 'This browser cannot hold a wallet',
    webcrypto: 'It cannot make a protected key (WebCrypto). Open this page over https in a current browser.',
    indexeddb:
      'It cannot store the key (IndexedDB). Leave private browsing, or allow this page to store data, and open it again.',
  },
  deviceOn: '{{browser}} on {{system}}',
};
