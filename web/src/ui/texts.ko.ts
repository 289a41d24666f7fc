import type { en } from './texts.en';

export const ko: typeof en = {
  retry: '다시 시도',
  cancel: '취소',
  back: '뒤로',
  loading: '불러오는 중…',
  notKnown: {
    title: '서버가 응답하지 않아요',
    body: '연결을 확인하고 다시 시도해 주세요. 화면에 보이는 내용은 바뀌지 않았어요.',
  },
  failed: '불러오지 못했어요',
  payment: {
    authorized: '승인됨',
    held: '보류 중, 아직 결제 안 됨',
    captured: '결제 완료',
    voided: '승인 취소',
    expired: '기간 만료',
    refused: '거절됨',
  },
  camera: {
    starting: '카메라를 켜는 중…',
    view: '카메라 화면',
    hint: '코드를 네모 안에 맞춰 주세요',
    noCamera: '카메라를 쓸 수 없어요',
    denied:
      '카메라 사용이 허용되지 않았어요. 브라우저 설정에서 허용하거나, 사진을 고르거나 코드를 붙여 넣어 주세요.',
    missing: '카메라를 찾지 못했어요. 사진을 고르거나 코드를 붙여 넣어 주세요.',
    picture: '사진에서 찾기',
    nothingFound:
      '사진에서 코드를 찾지 못했어요. 코드 전체가 반듯하고 선명하게 나온 사진으로 다시 해 보세요.',
  },
  scanned: {
    hidden: '숨은 문자 {{point}}',
    foreign: '다른 문자 {{point}}',
    finding: '발견 {{number}}',
  },
  held: {
    title: '보류 중이에요. 아직 결제되지 않았어요',
    body: '돈은 따로 떼어 두었고 아직 나가지 않았어요.',
    ahead: '바로 결제되지 않고 보류돼요',
    aheadBody: '승인하면 돈을 따로 떼어 두고, 아직 내보내지 않아요.',
    goesOn: '{{time}}에 저절로 이어져요.',
    comesBack: '그 전에 풀리지 않으면 {{time}}에 돈이 돌아와요.',
    confirmable: '서비스 제공자가 확인한 뒤 더 일찍 풀 수도 있어요.',
  },
  rule: {
    because: '근거:',
    route: '대신 결제할 수 있는 곳:',
    routes: { licensed_provider: '허가받은 결제 사업자' },
  },
  pin: { clear: '모두 지우기', back: '마지막 숫자 지우기' },
  deviceOn: '{{system}}의 {{browser}}',
};
