package io.dcd.data.image;

import io.dcd.data.CounterRandom;
import java.nio.ByteBuffer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Random resized crop and random horizontal flip (probability ½), the augmentation of the paper's training recipe, and random colours on
 * request. All are a pure function of (seed, epoch, sample).
 */
public final class TrainingTransform implements ImageTransform {
    /** Keeps colours from sharing random numbers with crops. */
    private static final long COLOURS = 0x636f6c6f7572L;

    private final int size;
    private final long seed;
    private final Augmentation augmentation;
    private final ColorJitter colorJitter;
    private final byte[] colours;
    private final ImageDecoder decoder = new ImageDecoder();
    private final Resizer resizer = new Resizer();

    /** @param size side of the square output in pixels */
    public TrainingTransform(int size, long seed, Augmentation augmentation) {
        if (size < 1) {
            throw new IllegalArgumentException("image size must be positive: " + size);
        }
        this.size = size;
        this.seed = seed;
        this.augmentation = augmentation;
        this.colorJitter = new ColorJitter(augmentation);
        this.colours = new byte[bytes()];
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void apply(byte[] image, long epoch, long sample, ByteBuffer batch, int offset) {
        CounterRandom random = CounterRandom.of(seed, epoch, sample);
        decoder.decode(image);
        CropBox crop = CropBox.randomResized(decoder.width(), decoder.height(), augmentation.smallestArea(), random);
        Mat row = resizer.resize(decoder.pixels(), crop, size, size);
        if (random.nextDouble() < 0.5) {
            row = resizer.flip(row);
        }
        Resizer.copy(row, new CropBox(0, 0, size, size), batch, offset);
        if (augmentation.changesColours()) {
            batch.get(offset, colours);
            colorJitter.apply(colours, CounterRandom.of(seed, COLOURS, epoch, sample));
            batch.put(offset, colours);
        }
    }

    @Override
    public void close() {
        decoder.close();
        resizer.close();
    }
}
