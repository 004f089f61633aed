package io.dcd.data.prepare;

import io.dcd.data.Split;
import io.dcd.data.image.RefusalReason;
import java.io.Serializable;

/**
 * An image that was refused: one line of the quarantine table.
 *
 * @param source the archive that holds it
 * @param detail what exactly was found
 * @param bytes its size
 * @param sha256 of its bytes in hexadecimal; empty if it was too large to be read
 */
public record QuarantinedImage(
        Split split, String source, String name, RefusalReason reason, String detail, long bytes, String sha256)
        implements Serializable {}
