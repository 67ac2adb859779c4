// For other people's pages: <script type="module" src=".../embed/podium-lab.js"></script> makes every <podium-lab> on the
// page a lab in a frame. Nothing heavy is loaded before the reader's first click.
import { defineLab } from "./lab.js";
import { FrameBackend } from "./frame.js";

const page = new URL("../index.html", import.meta.url);
defineLab((lab, emit) => new FrameBackend(lab, emit, page));
