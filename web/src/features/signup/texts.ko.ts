import type { en } from './texts.en';

export const ko: typeof en = {
  title: '지갑 만들기',
  lead: '소액결제를 위한 선불 지갑이에요. 돈이 나가기 전에 어디로 가는지 항상 먼저 보여 드려요.',
  name: '이름',
  nameHelp: '불러 드릴 이름이에요. 암호화해서 보관해요.',
  device: '이 기기',
  deviceHelp: '내 기기 목록에 이 이름으로 보여요.',
  keyTitle: '열쇠는 여기서 만들어지고, 여기에만 있어요',
  keyBody:
    '결제에 서명할 열쇠를 이 브라우저가 직접 만들어요. 누구도 꺼내 보거나 복사할 수 없고, 이 페이지도 마찬가지예요. 브라우저 데이터를 지우면 열쇠도 사라져서, 이 브라우저로는 더 이상 결제할 수 없어요.',
  open: '지갑 만들기',
  have: '이미 지갑이 있어요',
  join: {
    title: '쓰던 지갑에 이 기기 추가',
    lead: '이 브라우저가 새 열쇠를 만들고, 쓰던 기기가 허락하면 들어갈 수 있어요.',
    wallet: '지갑 번호 또는 주소',
    walletHelp: '쓰던 기기의 보안 → 기기와 접속 → 기기 추가에서 볼 수 있어요.',
    walletFault: '지갑 번호는 pyr_로 시작하는 30자예요.',
    ask: '들어가기 요청',
    failed: '요청하지 못했어요',
    show: '쓰던 기기로 이 코드를 읽고 숫자를 비교하세요.',
    code: '들어가기 요청 코드',
    digits: '비교할 숫자',
    waiting: '쓰던 기기의 허락을 기다리는 중…',
    copy: '코드 내용 복사',
    already: '이 브라우저에는 이미 지갑이 있어요.',
    home: '첫 화면으로',
  },
  opening: '만드는 중…',
  faults: {
    empty: '입력해 주세요.',
    too_long: '40자까지 쓸 수 있어요.',
    unsafe: '안전하게 표시할 수 없는 문자가 들어 있어요.',
  },
  refused: '지갑을 만들지 못했어요',
  unknownTitle: '응답을 받지 못했어요',
  unknownBody: '다시 시도해도 안전해요. 지갑은 한 번만 만들어져요.',
  impossible: {
    title: '이 브라우저에서는 지갑을 쓸 수 없어요',
    webcrypto: '보호된 열쇠를 만들 수 없어요(WebCrypto). 최신 브라우저에서 https 주소로 열어 주세요.',
    indexeddb:
      '열쇠를 보관할 수 없어요(IndexedDB). 시크릿 모드를 끄거나 이 페이지의 데이터 저장을 허용한 뒤 다시 열어 주세요.',
  },
  deviceOn: '{{system}}의 {{browser}}',
};
