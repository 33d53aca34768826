import { render } from "preact";

const root = document.getElementById("app")!;
render(<p>Conclave</p>, root);
