import type { en } from './texts.en';

export const ko: typeof en = {
  title: '보안',
  freeze: {
    openTitle: '지갑이 열려 있어요',
    openBody: '결제할 수 있는 상태예요. 이상하다 싶으면 먼저 잠그세요. 잠긴 지갑에서는 돈이 나가지 않아요.',
    freeze: '지금 잠그기',
    freezing: '잠그는 중…',
    frozenTitle: '지갑이 잠겨 있어요',
    frozenBody: '돈이 나가지 않아요. 충전과 환불은 그대로 들어와요.',
    unfreeze: '잠금 풀기…',
    askTitle: '잠금은 일부러 천천히 풀려요',
    askBody:
      '다른 사람이 내 기기로 바로 풀지 못하게 하려는 거예요. 알림을 보내 드리고, 멈출 시간도 있어요. 다시 잠그면 취소돼요.',
    confirm: '잠금 풀기 시작',
    keep: '그대로 두기',
    waitingTitle: '{{time}}에 잠금이 풀려요',
    waitingBody: '그때까지는 돈이 나가지 않아요. 내가 한 게 아니라면 멈추세요.',
    stop: '멈추고 계속 잠그기',
    left: '{{clock}} 남음',
    failed: '처리하지 못했어요',
    unknown: '응답을 받지 못했어요. 다시 시도해도 안전해요.',
  },
  devices: {
    title: '내 기기',
    here: '이 브라우저',
    since: '{{day}}부터',
    tier: '보안 등급 {{tier}}',
    revoked: '해제됨',
    key: '열쇠',
  },
  held: {
    title: '이 브라우저가 가진 것',
    lead: '모두 이 브라우저 안에만 있어요. 브라우저 데이터를 지우면 완전히 사라져요.',
    key: '서명 열쇠',
    keyValue: 'ECDSA P-256, 꺼낼 수 없음',
    payer: '지갑 번호',
    device: '기기 번호',
    root: '고정한 최상위 열쇠',
    sequence: '최근 열쇠 목록',
    sequenceValue: '{{number}}번, {{until}}까지 유효',
    none: '아직 없음',
    badRoot: '결제 코드를 확인할 열쇠 목록을 믿을 수 없어요',
    badRootBody:
      '해결될 때까지 여기서는 코드를 확인할 수 없어요. 결제하지 말고 서비스 제공자에게 알려 주세요.',
    unseenTitle: '브라우저가 볼 수 없는 것',
    unseen:
      '기기가 변조됐는지, 화면 위에 다른 앱이 떠 있는지, 어떤 와이파이인지 브라우저는 볼 수 없어요. 그래서 브라우저의 보안 등급은 1을 넘지 않아요.',
  },
  line: {
    open: '지갑 열림',
    frozen: '지갑 잠김',
    manage: '보안',
  },
};
