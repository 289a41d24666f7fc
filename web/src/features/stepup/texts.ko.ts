import type { en } from './texts.en';

export const ko: typeof en = {
  title: '한 번 더 확인할게요',
  why: '확인하는 이유',
  passkey: '패스키로 확인',
  declined: '패스키를 쓰지 않았어요. 다시 하거나 다른 방법을 써 주세요.',
  pin: '결제 비밀번호',
  left_one: '{{count}}번 남았어요.',
  left_other: '{{count}}번 남았어요.',
  unknown: '응답을 받지 못했어요. 다시 시도해 주세요.',
  cancel: '지금은 안 할래요',
  waiting: '{{time}}부터 할 수 있어요',
  waitingBody:
    '새로 등록한 확인 수단이라 잠시 기다려야 해요. 기기를 잠깐 손에 넣은 사람이 새로 등록해서 결제하지 못하게 하려는 거예요.',
  notSetUp: '결제 비밀번호가 없어요',
  notSetUpBody:
    '한 번 더 확인해야 하는데 아직 등록한 것이 없어요. 결제 비밀번호를 만들어 주세요. 돈은 나가지 않았어요.',
  setUpPasskey: '패스키 만들기',
  setUp: '결제 비밀번호 만들기',
};
