package io.dcd.data.prepare;

import io.dcd.data.DataException;
import io.dcd.data.Digests;
import io.dcd.data.file.BlockHosts;
import io.dcd.data.image.ImageDecoder;
import io.dcd.data.image.ImageHeader;
import io.dcd.data.image.ImageLimits;
import io.dcd.data.image.RefusalReason;
import io.dcd.data.image.RefusedImageException;
import io.dcd.data.source.ImageUnit;
import java.io.IOException;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;

/**
 * Reads every image of one unit and decides whether it may be stored. Holds one image in memory.
 *
 * @param number of the unit
 * @param maximumQuarantined ends the task if more images are refused
 */
record CheckTask(int number, ImageUnit unit, ImageLimits limits, PixelCheck pixelCheck, long maximumQuarantined)
        implements SourceTask<CheckTask.Result> {

    /** What one unit holds. */
    record Result(List<CheckedImage> images, List<QuarantinedImage> quarantined) implements Serializable {}

    @Override
    public List<String> hosts(BlockHosts blocks) throws IOException {
        return unit.hosts(blocks);
    }

    @Override
    public String key() {
        return String.format(Locale.ROOT, "checked-%06d.json", number);
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result run(Configuration configuration) throws IOException {
        try (Inspector inspector = new Inspector()) {
            unit.visit(configuration, inspector);
            return new Result(inspector.images, inspector.quarantined);
        }
    }

    private final class Inspector implements ImageUnit.Visitor, AutoCloseable {
        private final List<CheckedImage> images = new ArrayList<>();
        private final List<QuarantinedImage> quarantined = new ArrayList<>();
        private final ImageDecoder decoder = pixelCheck == PixelCheck.DECODE ? new ImageDecoder() : null;
        private final MessageDigest digest = Digests.newSha256();
        private byte[] buffer = new byte[1 << 18];

        @Override
        public void image(String name, long offset, long bytes, ImageUnit.Content content) throws IOException {
            SparkTasks.stopIfCancelled();
            if (bytes > limits.bytes()) {
                String detail = bytes + " bytes, the limit is " + limits.bytes();
                quarantine(name, RefusalReason.TOO_MANY_BYTES, detail, bytes, "");
                return;
            }
            int length = (int) bytes;
            if (buffer.length < length) {
                buffer = new byte[Math.max(length, 2 * buffer.length)];
            }
            content.read(buffer, length);
            try {
                ImageHeader header = ImageHeader.check(buffer, length, limits);
                if (decoder != null) {
                    decode(header, length);
                }
                images.add(new CheckedImage(
                        number,
                        name,
                        offset,
                        length,
                        header.width(),
                        header.height(),
                        !header.isCommonJpeg(),
                        unit.label()));
            } catch (RefusedImageException e) {
                digest.update(buffer, 0, length);
                quarantine(name, e.reason(), e.getMessage(), bytes, Digests.hex(digest.digest()));
            }
        }

        private void decode(ImageHeader header, int length) throws RefusedImageException {
            try {
                decoder.decode(buffer, length);
            } catch (DataException e) {
                throw new RefusedImageException(RefusalReason.UNDECODABLE, e.getMessage());
            }
            if (decoder.width() != header.width() || decoder.height() != header.height()) {
                throw new RefusedImageException(
                        RefusalReason.UNDECODABLE,
                        "decodes to " + decoder.width() + " x " + decoder.height() + " pixels, its header says "
                                + header.width() + " x " + header.height());
            }
        }

        private void quarantine(String name, RefusalReason reason, String detail, long bytes, String sha256) {
            if (quarantined.size() >= maximumQuarantined) {
                throw TooManyRefused.of(quarantined, maximumQuarantined);
            }
            quarantined.add(new QuarantinedImage(unit.split(), unit.name(), name, reason, detail, bytes, sha256));
        }

        @Override
        public void close() {
            if (decoder != null) {
                decoder.close();
            }
        }
    }
}
