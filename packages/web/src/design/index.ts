/**
 * The components of every screen. Plain props; a prop of type `Live<T>` takes a signal too, and a field whose value is a signal
 * writes to it by itself. Everything visible that a component says by itself is in `words.ts`; all other text is passed in.
 *
 * Colours, sizes and spacing are the variables of `tokens.css`; no screen has a colour of its own.
 */
export { readLive, classes, type Live } from "./live.js";
export { chooseDensity, density, type Density } from "./density.js";
export { theme, chooseTheme, type Theme } from "./theme.js";
// Layout
export { Stack, Row, Card, Note, PaneBody, type CardProps, type RowProps } from "./Layout.js";
export { PaneHeader, type PaneHeaderProps } from "./PaneHeader.js";
export { ListRow, type ListRowProps } from "./ListRow.js";
export { Disclosure, type DisclosureProps } from "./Disclosure.js";
export { Facts, type FactsProps } from "./Facts.js";
// Doing
export { Button, type ButtonProps, type Icon } from "./Button.js";
export { IconButton, type IconButtonProps } from "./IconButton.js";
export { Menu, type MenuProps } from "./Menu.js";
export { MenuPopup, type MenuItem, type MenuPopupProps } from "./MenuPopup.js";
export { Tabs, type TabsProps } from "./Tabs.js";
// Entering
export { FileButton, type FileButtonProps } from "./FileButton.js";
export { Field, type FieldProps } from "./Field.js";
export { useFault } from "./useFault.js";
export { TextArea, type TextAreaProps } from "./TextArea.js";
export { Select, type SelectProps } from "./Select.js";
export { RadioCards, type RadioCard, type RadioCardsProps } from "./RadioCards.js";
export { Toggle, type ToggleProps } from "./Toggle.js";
export { CopyField, copyText, type CopyFieldProps } from "./CopyField.js";
// In front of the page
export { Dialog, type DialogProps } from "./Dialog.js";
export { askToConfirm, type Question } from "./Confirm.js";
export { toast, type ToastOptions } from "./Toast.js";
export { Tooltip, type TooltipProps } from "./Tooltip.js";
// Saying
export { PersonName, type PersonNameProps } from "./PersonName.js";
export { Face, type FaceProps } from "./Face.js";
export { RoomPicture, type RoomPictureProps } from "./RoomPicture.js";
export { withRoomHue, withPersonHue } from "./hues.js";
export { Badge, Count, type BadgeProps, type CountProps } from "./Badge.js";
export { Banner, type BannerProps, type Tone } from "./Banner.js";
export { CodeWords, type CodeWordsProps } from "./CodeWords.js";
export { EmptyState, type EmptyStateProps } from "./EmptyState.js";
export { Kbd } from "./Kbd.js";
export { QrCode, type QrCodeProps } from "./QrCode.js";
export { ProgressBar, type ProgressProps } from "./ProgressBar.js";
export { Skeleton, type SkeletonProps } from "./Skeleton.js";
export { Spinner, type SpinnerProps } from "./Spinner.js";
export { Time, type TimeProps } from "./Time.js";
