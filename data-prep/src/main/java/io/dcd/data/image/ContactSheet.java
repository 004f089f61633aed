package io.dcd.data.image;

import io.dcd.data.DataException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;

/** A picture of many small pictures: a row for each class with its name and some of its images. */
public final class ContactSheet implements AutoCloseable {
    private static final int CELL = 96;
    private static final int GAP = 4;
    private static final int TITLE_WIDTH = 280;
    private static final int TITLE_CHARACTERS = 36;
    private static final double FONT_SCALE = 0.42;

    private final Mat sheet;
    private final ImageDecoder decoder = new ImageDecoder();
    private final Resizer resizer = new Resizer();

    /**
     * @param rows number of classes
     * @param columns images of each
     */
    public ContactSheet(int rows, int columns) {
        int width = TITLE_WIDTH + columns * (CELL + GAP) + GAP;
        int height = rows * (CELL + GAP) + GAP;
        try (Scalar white = Scalar.all(255)) {
            this.sheet = new Mat(height, width, opencv_core.CV_8UC3, white);
        }
    }

    /** Writes the name at the left of a row; what does not fit is cut off. */
    public void title(int row, String text) {
        String shown = text.length() > TITLE_CHARACTERS ? text.substring(0, TITLE_CHARACTERS - 3) + "..." : text;
        try (Point place = new Point(2 * GAP, top(row) + CELL / 2);
                Scalar black = Scalar.all(0)) {
            opencv_imgproc.putText(
                    sheet,
                    shown,
                    place,
                    opencv_imgproc.FONT_HERSHEY_SIMPLEX,
                    FONT_SCALE,
                    black,
                    1,
                    opencv_imgproc.LINE_AA,
                    false);
        }
    }

    /** Puts an image into its cell, as large as fits, with its own shape. */
    public void image(int row, int column, byte[] image) {
        decoder.decode(image);
        int width = decoder.width();
        int height = decoder.height();
        double scale = (double) CELL / Math.max(width, height);
        int shownWidth = Math.max(1, (int) (width * scale));
        int shownHeight = Math.max(1, (int) (height * scale));
        Mat shown = resizer.resize(decoder.pixels(), new CropBox(0, 0, width, height), shownWidth, shownHeight);
        int x = TITLE_WIDTH + column * (CELL + GAP) + (CELL - shownWidth) / 2;
        int y = top(row) + (CELL - shownHeight) / 2;
        try (Rect rectangle = new Rect(x, y, shownWidth, shownHeight);
                Mat cell = new Mat(sheet, rectangle)) {
            shown.copyTo(cell);
        }
    }

    /** The sheet as PNG. */
    public byte[] toPng() {
        try (Mat blueFirst = new Mat();
                BytePointer encoded = new BytePointer()) {
            opencv_imgproc.cvtColor(sheet, blueFirst, opencv_imgproc.COLOR_RGB2BGR);
            if (!opencv_imgcodecs.imencode(".png", blueFirst, encoded)) {
                throw new DataException("the contact sheet cannot be encoded");
            }
            byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
            encoded.get(bytes);
            return bytes;
        }
    }

    private static int top(int row) {
        return GAP + row * (CELL + GAP);
    }

    @Override
    public void close() {
        sheet.close();
        decoder.close();
        resizer.close();
    }
}
