import { useSignal } from "@preact/signals";
import { Camera, CameraOff, ImageUp } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button, FileButton, Note, Row, Stack } from "../../design/index.js";
import type { QrReader } from "./readQr.js";
import style from "./verify.module.css";
import { t } from "./words.js";

const BETWEEN_LOOKS_MS = 120;

export interface ScannerProps {
  /** A code was read; whatever it says. */
  readonly onCode: (text: string) => void;
}

/** Reads a QR code: with the camera, or from a picture that is chosen or pasted. Pictures stay on this device. */
export function Scanner({ onCode }: ScannerProps): JSX.Element {
  const state = useSignal<"off" | "asking" | "on" | "denied" | "none">("off");
  const fault = useSignal<string | null>(null);
  const video = useRef<HTMLVideoElement>(null);
  const stop = useRef<() => void>(() => undefined);
  const latest = useRef(onCode);
  latest.current = onCode;
  // The camera goes off with the screen, whatever was read.
  useEffect(() => () => stop.current(), []);

  const turnOn = async () => {
    const over = new AbortController();
    stop.current = () => over.abort();
    state.value = "asking";
    fault.value = null;
    const [camera, reader] = await Promise.all([openCamera(), newReader()]);
    if (typeof camera !== "string") whenOver(over.signal, () => camera.getTracks().forEach((track) => track.stop()));
    if (over.signal.aborted) return;
    if (typeof camera === "string") {
      state.value = camera;
      return;
    }
    const view = video.current!;
    view.srcObject = camera;
    await view.play().catch(() => undefined);
    state.value = "on";
    const look = () => {
      if (over.signal.aborted) return;
      const text = reader.readVideo(view);
      if (text === null) setTimeout(look, BETWEEN_LOOKS_MS);
      else {
        turnOff();
        latest.current(text);
      }
    };
    look();
  };
  const turnOff = () => {
    stop.current();
    state.value = "off";
  };
  const readFile = async (file: Blob) => {
    fault.value = null;
    const text = await (await newReader()).readFile(file);
    if (text === null) fault.value = t.noCode;
    else {
      turnOff();
      latest.current(text);
    }
  };
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
      if (!file) return;
      event.preventDefault();
      void readFile(file);
    };
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, []);

  const isOn = state.value === "on";
  return (
    <Stack gap={3}>
      <div class={style["camera"]} data-on={isOn}>
        <video ref={video} class={style["video"]} muted playsInline aria-label={t.cameraView} />
        {isOn ? (
          <span class={style["frame"]} aria-hidden="true" />
        ) : (
          <Camera class={style["lens"]} size={40} aria-hidden="true" />
        )}
      </div>
      <Row>
        {isOn ? (
          <Button icon={CameraOff} onClick={turnOff}>
            {t.cameraOff}
          </Button>
        ) : (
          <Button tone="primary" icon={Camera} busy={state.value === "asking"} onClick={() => void turnOn()}>
            {t.cameraOn}
          </Button>
        )}
        <FileButton icon={ImageUp} label={t.picture} accept="image/*" onFile={(file) => void readFile(file)} />
      </Row>
      <div role="status">
        {isOn && <Note>{t.looking}</Note>}
        {state.value === "denied" && <Note>{t.cameraDenied}</Note>}
        {state.value === "none" && <Note>{t.cameraNone}</Note>}
        {fault.value !== null && <Note>{fault.value}</Note>}
      </div>
    </Stack>
  );
}

function whenOver(signal: AbortSignal, work: () => void): void {
  if (signal.aborted) work();
  else signal.addEventListener("abort", work, { once: true });
}

async function openCamera(): Promise<MediaStream | "denied" | "none"> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) return "none";
  try {
    return await devices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    return error instanceof DOMException && error.name === "NotAllowedError" ? "denied" : "none";
  }
}

// Fetched when somebody scans: it is larger than the rest of this screen.
async function newReader(): Promise<QrReader> {
  const { QrReader: Reader } = await import("./readQr.js");
  return new Reader();
}
