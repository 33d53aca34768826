import { decode, Writer } from "@conclave/codec";
import { MLS10, type FramedWireFormat, WIRE_FORMAT } from "./framing.js";
import { encodeGroupInfo, type GroupInfo, readGroupInfo } from "./groupInfo.js";
import { type KeyPackage, readKeyPackage, writeKeyPackage } from "./keyPackage.js";
import { MlsError } from "./mlsError.js";
import { type PrivateMessage, readPrivateMessage, writePrivateMessage } from "./privateMessage.js";
import { type PublicMessage, readPublicMessage, writePublicMessage } from "./publicMessage.js";
import { readWelcome, type Welcome, welcomeLength, writeWelcome } from "./welcome.js";

/** MLSMessage: everything that travels (RFC 9420 §6). */
export type MlsMessage =
  | { readonly wireFormat: "public"; readonly message: PublicMessage }
  | { readonly wireFormat: "private"; readonly message: PrivateMessage }
  | { readonly wireFormat: "welcome"; readonly message: Welcome }
  | { readonly wireFormat: "groupInfo"; readonly message: GroupInfo }
  | { readonly wireFormat: "keyPackage"; readonly message: KeyPackage };

/** Encodes an MLSMessage. */
export function encodeMessage(item: MlsMessage): Uint8Array {
  const headed = (writer: Writer) => writer.clear().u16(MLS10).u16(WIRE_FORMAT[item.wireFormat]);
  switch (item.wireFormat) {
    case "public":
      return writePublicMessage(headed(scratch), item.message).finish();
    case "private":
      return writePrivateMessage(headed(scratch), item.message).finish();
    // These two may hold a tree: into a writer of the right size, and out of it without a copy.
    case "welcome":
      return writeWelcome(headed(new Writer(4 + welcomeLength(item.message))), item.message).release();
    case "groupInfo": {
      const info = encodeGroupInfo(item.message);
      return headed(new Writer(4 + info.length))
        .fixed(info)
        .release();
    }
    case "keyPackage":
      return writeKeyPackage(headed(scratch), item.message).finish();
  }
}

const scratch = new Writer(4096);

/** Decodes an MLSMessage. @throws DecodeError, MlsError `malformed` or `unsupported_version` */
export function decodeMessage(bytes: Uint8Array): MlsMessage {
  const decoded = decode(bytes, (r): MlsMessage => {
    if (r.u16() !== MLS10) throw new MlsError("unsupported_version", "message");
    switch (r.u16()) {
      case WIRE_FORMAT.public:
        return { wireFormat: "public", message: readPublicMessage(r) };
      case WIRE_FORMAT.private:
        return { wireFormat: "private", message: readPrivateMessage(r) };
      case WIRE_FORMAT.welcome:
        return { wireFormat: "welcome", message: readWelcome(r) };
      case WIRE_FORMAT.groupInfo:
        return { wireFormat: "groupInfo", message: readGroupInfo(r) };
      case WIRE_FORMAT.keyPackage:
        return { wireFormat: "keyPackage", message: readKeyPackage(r) };
      default:
        throw new MlsError("malformed", "wire format");
    }
  });
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

/** What an MLSMessage says of itself without any key: its group, epoch and kind. */
export interface MessageHeader {
  readonly wireFormat: FramedWireFormat;
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly contentType: "application" | "proposal" | "commit";
}

/** Reads the header of a PublicMessage or PrivateMessage; null for the other kinds. @throws as {@link decodeMessage} */
export function messageHeader(bytes: Uint8Array): MessageHeader | null {
  const item = decodeMessage(bytes);
  if (item.wireFormat === "private") {
    const { groupId, epoch, contentType } = item.message;
    return { wireFormat: "private", groupId, epoch, contentType };
  }
  if (item.wireFormat !== "public") return null;
  const { groupId, epoch, content } = item.message.content;
  return { wireFormat: "public", groupId, epoch, contentType: content.type };
}
