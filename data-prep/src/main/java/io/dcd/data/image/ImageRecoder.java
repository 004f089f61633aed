package io.dcd.data.image;

import io.dcd.data.DataException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/** Encodes images anew as RGB JPEG, smaller if wanted. Holds native buffers; used by one thread. */
public final class ImageRecoder implements AutoCloseable {
    private static final String JPEG = ".jpg";

    private final ImageDecoder decoder = new ImageDecoder();
    private final Resizer resizer = new Resizer();
    private final Mat blueFirst = new Mat();
    private final BytePointer encoded = new BytePointer();
    private final IntPointer parameters;

    /** @param quality of the JPEG files, 1 to 100 */
    public ImageRecoder(int quality) {
        this.parameters = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality);
    }

    /** An image encoded anew, with its size in pixels. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Recoded(byte[] image, int width, int height) {}

    /** @throws DataException if the image cannot be decoded */
    public Recoded recode(byte[] image) {
        decoder.decode(image);
        return encode(decoder.pixels());
    }

    /**
     * Shrinks an image until its shorter side has so many pixels, by area averaging.
     *
     * @param shorterSide not larger than the image's own
     * @throws DataException if the image cannot be decoded
     */
    public Recoded shrink(byte[] image, int shorterSide) {
        decoder.decode(image);
        int width = decoder.width();
        int height = decoder.height();
        double scale = (double) shorterSide / Math.min(width, height);
        int newWidth = (int) Math.round(width * scale);
        int newHeight = (int) Math.round(height * scale);
        return encode(resizer.resize(decoder.pixels(), new CropBox(0, 0, width, height), newWidth, newHeight));
    }

    private Recoded encode(Mat pixels) {
        opencv_imgproc.cvtColor(pixels, blueFirst, opencv_imgproc.COLOR_RGB2BGR);
        if (!opencv_imgcodecs.imencode(JPEG, blueFirst, encoded, parameters)) {
            throw new DataException(
                    "an image of " + pixels.cols() + " x " + pixels.rows() + " pixels cannot be encoded as JPEG");
        }
        byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
        encoded.get(bytes);
        return new Recoded(bytes, pixels.cols(), pixels.rows());
    }

    @Override
    public void close() {
        decoder.close();
        resizer.close();
        blueFirst.close();
        encoded.close();
        parameters.close();
    }
}
