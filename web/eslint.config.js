import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import ts from 'typescript-eslint';

// INVARIANT: imports flow domain, ui, api → features → app, and no feature imports another.
const features = readdirSync(new URL('./src/features', import.meta.url));
const closed = (files, forbidden, message) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: [{ regex: forbidden, message }] }],
  },
});

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/api/generated'] },
  js.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}', 'tests/unit/**/*.ts'],
    extends: [...ts.configs.strictTypeChecked, ...ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      // The router's notFound() is thrown and is no Error.
      '@typescript-eslint/only-throw-error': ['error', { allow: ['NotFoundError'] }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A body must be a type alias to count as plain JSON.
      '@typescript-eslint/consistent-type-definitions': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'JSXText[value=/[\\p{L}]/u]', message: 'words belong in texts.{ko,en}.ts' },
        {
          selector:
            'JSXAttribute[name.name=/^(aria-label|label|title|placeholder|alt|description)$/] > Literal[value=/\\p{L}/u]',
          message: 'words belong in texts.{ko,en}.ts',
        },
      ],
    },
  },
  closed(
    ['src/domain/**'],
    '^(@/(api|ui|features|app)(/|$)|react|@mantine)',
    'domain is pure and imports nothing of the app',
  ),
  closed(['src/ui/**'], '^(@/(api|features|app)(/|$)|@tanstack/)', 'ui is free of router, API and features'),
  closed(['src/api/**'], '^@/(ui|features|app)(/|$)', 'api may import domain only'),
  ...features.map((name) =>
    closed(
      [`src/features/${name}/**`],
      `^(@/app(/|$)|@/features/(?!${name}(/|$))|\\.\\./\\.\\.|\\.\\./(?!\\.))`,
      'a feature imports domain, ui and api only',
    ),
  ),
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  prettier,
);
