import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { type PageEntry, pages } from './pages.tsx';
import { PageFailure } from './shell/page-failure.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

function routeOf<Parent extends typeof root | typeof shell>(page: PageEntry, parent: Parent) {
  return createRoute({
    getParentRoute: () => parent,
    path: page.pattern,
    component: lazyRouteComponent(async () => ({ default: await page.load() })),
  });
}

const inShell = pages.filter(({ frame }) => frame === 'shell').map((page) => routeOf(page, shell));
const bare = pages.filter(({ frame }) => frame === 'bare').map((page) => routeOf(page, root));

export const router = createRouter({
  routeTree: root.addChildren([shell.addChildren(inShell), ...bare]),
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailure,
  scrollRestoration: true,
});
