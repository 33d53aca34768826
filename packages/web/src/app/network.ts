import { signal } from "@preact/signals";

/** Whether this device has a network, as far as the browser knows: with one, a server may be away all the same. */
export const hasNetwork = signal(navigator.onLine);

const look = () => (hasNetwork.value = navigator.onLine);
addEventListener("online", look);
addEventListener("offline", look);
