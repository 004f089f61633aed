package io.dcd;

import io.dcd.data.ClassIndex;
import io.dcd.data.CounterRandom;
import io.dcd.data.PreparedData;
import io.dcd.data.prepare.PrepareJob;
import io.dcd.data.prepare.PrepareListener;
import io.dcd.data.prepare.PrepareOptions;
import io.dcd.data.prepare.ShardLimits;
import io.dcd.data.source.OfficialArchiveWriter;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A little prepared data set of real JPEGs that can be learnt: discs whose colour tells the class. {@value #TRAINING} training and
 * {@value #VALIDATION} validation images in row groups of at most seven, so that batches cross them.
 */
public final class PreparedImages {
    public static final int CLASSES = 4;
    public static final int TRAINING = 100;
    public static final int VALIDATION = 30;

    private static final int LARGEST_SIDE = 48;
    private static final int SMALLEST_SIDE = 36;

    private PreparedImages() {}

    /** Draws, archives and prepares the images below {@code directory}. */
    public static PreparedData prepare(JavaSparkContext spark, java.nio.file.Path directory) throws IOException {
        Configuration configuration = new Configuration();
        Map<String, String> words = new TreeMap<>();
        for (int label = 0; label < CLASSES; label++) {
            words.put(wnid(label), "disc " + label);
        }
        Path source = new Path(directory.resolve("source").toUri());
        try (OfficialArchiveWriter writer =
                new OfficialArchiveWriter(configuration, source, ClassIndex.ofWords(words))) {
            for (int i = 0; i < TRAINING; i++) {
                writer.addTraining(wnid(i % CLASSES), jpeg(i % CLASSES, i));
            }
            for (int i = 0; i < VALIDATION; i++) {
                writer.addValidation(wnid(i % CLASSES), jpeg(i % CLASSES, TRAINING + i));
            }
        }
        PrepareOptions options = PrepareOptions.builder(
                        source, new Path(directory.resolve("prepared").toUri()))
                .withShardLimits(new ShardLimits(1 << 20, 7, 4 << 20, 40))
                .build();
        return new PrepareJob(spark, options, PrepareListener.NONE).run();
    }

    private static String wnid(int label) {
        return "n%08d".formatted(label + 1);
    }

    private static byte[] jpeg(int label, int number) throws IOException {
        CounterRandom random = CounterRandom.of(7, number);
        int width = SMALLEST_SIDE + random.nextInt(LARGEST_SIDE - SMALLEST_SIDE);
        int height = SMALLEST_SIDE + random.nextInt(LARGEST_SIDE - SMALLEST_SIDE);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(new Color(random.nextInt(1 << 24)));
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.getHSBColor((float) label / CLASSES, 1, 0.9f));
        int diameter = height / 2 + random.nextInt(height / 2);
        graphics.fillOval(random.nextInt(width / 3), random.nextInt(height / 3), diameter, diameter);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", bytes);
        return bytes.toByteArray();
    }
}
