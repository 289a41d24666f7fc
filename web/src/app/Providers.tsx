import { createTheme, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Refusal } from '@/api/errors';
import { SessionProvider } from '@/api/session';
import { router } from './router';

// The colours themselves stand in ui/theme.css, so that no style is made at run time.
const SHADES = ['', '', '', '', '', '', '', '', '', ''] as const;
const theme = createTheme({
  primaryColor: 'patina',
  colors: { patina: SHADES },
  defaultRadius: 'var(--mantine-radius-default)',
  respectReducedMotion: true,
  components: { Button: { defaultProps: { loaderProps: { type: 'dots' } } } },
});

const RETRIES_MAX = 2;
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal is an answer; only silence is asked again.
      retry: (count, error) => !(error instanceof Refusal && !error.problem.retry) && count < RETRIES_MAX,
    },
  },
});

export function Providers() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={client}>
        <SessionProvider>
          <RouterProvider router={router} />
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
