import type { en } from './texts.en';

export const ko: typeof en = {
  brand: 'Farthing',
  main: '주요 화면',
  skip: '본문으로 가기',
  language: 'English',
  languageLabel: 'View in English',
  nav: { home: '지갑', activity: '내역', scan: '스캔', alerts: '알림', security: '보안' },
  home: {
    hello: '{{name}} 님의 지갑',
    available: '쓸 수 있는 돈',
    held: '승인된 결제에 {{amount}}을 떼어 두었어요',
    scan: '스캔해서 결제',
    frozenScan: '지갑이 잠겨 있어서 결제할 수 없어요.',
    test: '시험용 돈 충전',
    testHint: '시험 모드예요. 실제 돈이 아니에요.',
    testDone: '{{amount}} 충전했어요',
    testFailed: '충전하지 못했어요',
    testUnknown: '응답을 받지 못했어요. 다시 하기 전에 잔액을 확인해 주세요.',
  },
  live: '새 알림',
  dismiss: '닫기',
  notFound: { title: '여기에는 아무것도 없어요', body: '주소가 잘못됐을 수 있어요.', home: '첫 화면으로' },
  crashed: {
    title: '화면에 문제가 생겼어요',
    body: '이 때문에 돈이 나가지는 않았어요. 화면을 다시 불러와 주세요.',
    reload: '다시 불러오기',
  },
};
