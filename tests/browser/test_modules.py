"""A widget's one module does what the scripts that it was joined of do as modules of their own."""

from pathlib import Path

from playwright.sync_api import Page, Route

from rnnviz.live.bundle import beside

SCRIPTS = {
    "main.js": 'import tally, { count as total } from "./parts/tally.js";\n'
    'import * as names from "./names.js";\n'
    'import {\n  first,\n  second,\n} from "./names.js";\n'
    'import "./effect.js";\n'
    "const mine = names.hidden ?? [];\n"
    "/** @param {number} a */\n"
    "export const helper = (a) => a + 1;\n"
    "export default {\n  total: total(), again: total(), tally: tally(/** @type {number} */ (3)),\n"
    "  names: [first, second],\n"
    "  kept: typeof hidden, mine, helper: helper(1), order: globalThis.order, strict: (function () {\n"
    "    return this === undefined;\n  })(),\n};\n",
    "parts/tally.js": 'import { first } from "../names.js";\n'
    "let hidden = 0;\n"
    "export function count() {\n  return ++hidden;\n}\n"
    "const mine = `${first} // counts`;\n"
    "export default (by) => `${mine} ${hidden += by}`;\n",
    "names.js": '(globalThis.order ??= []).push("names");\n'
    'const hidden = "not for others";\n'
    'export const first = "a",\n  rest = hidden;\n'
    'export class second {\n  static toJSON() {\n    return "class";\n  }\n}\n',
    "effect.js": '(globalThis.order ??= []).push("effect");\n',
}
HOST = "http://scripts.test"


def test_joined_scripts_do_what_they_do_as_modules_of_their_own(page: Page, tmp_path: Path) -> None:
    for name, text in SCRIPTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    joined = beside(str(tmp_path / "main.py"), "main.js")

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(f"{HOST}/")
        body = "<!doctype html>" if name == "" else joined if name == "joined.js" else SCRIPTS[name]
        route.fulfill(body=body, content_type="text/javascript" if name else "text/html")

    page.route(f"{HOST}/**", serve)
    found = []
    for name in ("main.js", "joined.js"):
        page.goto(f"{HOST}/")
        found.append(page.evaluate("name => import(`/${name}`).then(one => JSON.stringify(one.default))", name))
    assert found[0] == found[1]
    assert '"names":["a","class"]' in found[0]
