// canvas.tsx - a canvas in the pixels of the screen that is drawn again whenever what it shows has changed.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Size {
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen to one of the page. */
  readonly ratio: number;
}

/** The size of an element, followed. */
export function useSize(): [(element: HTMLElement | null) => void, Size] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0, ratio: 1 });
  useEffect(() => {
    if (element === null) return;
    const look = () =>
      setSize({
        width: element.clientWidth,
        height: element.clientHeight,
        ratio: window.devicePixelRatio,
      });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    look();
    return () => observer.disconnect();
  }, [element]);
  return [setElement, size];
}

/** What reads signals in `draw` is drawn again when they change, once a frame. */
export function Canvas({
  size,
  draw,
}: {
  readonly size: Size;
  readonly draw: (context: CanvasRenderingContext2D, size: Size) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef({ draw, size });
  latest.current = { draw, size };
  const changed = useSignal(0);
  useEffect(() => {
    changed.value++;
  }, [size, draw]);
  useSignalEffect(() => {
    if (changed.value > 0) paint(canvas.current, latest.current.size, latest.current.draw);
  });
  const style = { width: `${size.width}px`, height: `${size.height}px` };
  return <canvas ref={canvas} style={style} />;
}

type Draw = (context: CanvasRenderingContext2D, size: Size) => void;

function paint(canvas: HTMLCanvasElement | null, size: Size, draw: Draw): void {
  const context = canvas?.getContext("2d");
  if (context == null || size.width === 0 || size.height === 0) return;
  const width = Math.round(size.width * size.ratio);
  const height = Math.round(size.height * size.ratio);
  if (context.canvas.width !== width) context.canvas.width = width;
  if (context.canvas.height !== height) context.canvas.height = height;
  context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
  draw(context, size);
}
