import type { en } from './texts.en';

export const ko: typeof en = {
  retry: '다시 시도',
  back: '뒤로',
  loading: '불러오는 중…',
  notKnown: {
    title: '서버가 응답하지 않아요',
    body: '연결을 확인하고 다시 시도해 주세요. 화면에 보이는 내용은 바뀌지 않았어요.',
  },
  failed: '불러오지 못했어요',
  payment: {
    authorized: '승인됨',
    captured: '결제 완료',
    voided: '승인 취소',
    expired: '기간 만료',
    refused: '거절됨',
  },
};
