package io.dcd.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.data.ClassIndex;
import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.source.OfficialArchiveWriter;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.DrawnImages;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a preparation keeps in memory does not grow with the source. (All tests of this module run in a heap of 512 MB.) */
class BoundedMemoryTest {
    private static final int MEGABYTE = 1_000_000;

    /** Between two looks at the heap. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A look stops everything, on a busy machine for long; the work goes on for so many times as long before the next. */
    private static final int WORK_PER_LOOK = 4;

    @TempDir
    private Path directory;

    @Test
    void aTaskNeedsNoMoreForALargerArchive() throws Exception {
        try (JavaSparkContext spark = LocalSpark.start(1)) {
            peak(spark, "first", 2); // loads classes
            long small = peak(spark, "small", 20);
            long large = peak(spark, "large", 200);
            assertThat(large - small)
                    .as("more live heap for ten times the archive, of %d bytes for the small one", small)
                    .isLessThan(10L * MEGABYTE);
        }
    }

    /** The most that was alive on the heap, in bytes, while one inner tar of so many megabytes was prepared. */
    private long peak(JavaSparkContext spark, String name, int megabytes) throws Exception {
        Path source = directory.resolve(name);
        byte[] image = DrawnImages.noise(600, 400);
        write(source, 1, Math.max(1, megabytes * MEGABYTE / image.length), image);
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong peak = new AtomicLong();
        Thread sampler = new Thread(() -> {
            while (!done.get()) {
                long start = System.nanoTime();
                System.gc();
                peak.accumulateAndGet(alive(), Math::max);
                LockSupport.parkNanos(Math.max(PAUSE_NANOS, WORK_PER_LOOK * (System.nanoTime() - start)));
            }
        });
        sampler.start();
        PreparedData prepared = new PrepareJob(
                        spark,
                        Preparations.options(source, directory.resolve(name + "-prepared"))
                                .withSplits(Set.of(Split.TRAIN))
                                .withPixelCheck(PixelCheck.STRUCTURE)
                                .build(),
                        PrepareListener.NONE)
                .run();
        done.set(true);
        sampler.join();
        assertThat(prepared.manifest().splits().get(0).imageBytes()).isGreaterThan((megabytes - 1L) * MEGABYTE);
        return peak.get();
    }

    /** Bytes that the collector itself found alive; what is on the heap a moment later tells more of the scheduler. */
    private static long alive() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }

    @Test
    void theLargestImagesThatAreAllowedAreDecodedSideBySide() throws IOException {
        Path source = directory.resolve("source");
        write(source, 2, 1, grey(10_000, 10_000));
        try (JavaSparkContext spark = LocalSpark.start(2)) {
            PreparedData prepared = new PrepareJob(
                            spark,
                            Preparations.options(source, directory.resolve("prepared"))
                                    .withSplits(Set.of(Split.TRAIN))
                                    .build(),
                            PrepareListener.NONE)
                    .run();
            assertThat(prepared.split(Split.TRAIN).rows()).isEqualTo(2);
        }
    }

    /** As many images as ImageNet has, if small ones, so that the driver's lists are as long: two gigabytes of archives. */
    @Test
    @Tag("long")
    void theNumbersOfImageNetFit() throws IOException {
        Path source = directory.resolve("source");
        ClassIndex index = DrawnArchives.classes(1000);
        try (OfficialArchiveWriter writer =
                new OfficialArchiveWriter(new Configuration(), Preparations.path(source), index)) {
            for (int label = 0; label < index.size(); label++) {
                byte[] image = DrawnImages.jpeg(16, 16, label);
                for (int i = 0; i < 1281; i++) {
                    writer.addTraining(index.ofLabel(label).wnid(), image);
                }
                for (int i = 0; i < 50; i++) {
                    writer.addValidation(index.ofLabel(label).wnid(), image);
                }
            }
        }
        try (JavaSparkContext spark = LocalSpark.start(2)) {
            PreparedData prepared = new PrepareJob(
                            spark,
                            Preparations.options(source, directory.resolve("prepared"))
                                    .build(),
                            PrepareListener.NONE)
                    .run();
            assertThat(prepared.split(Split.TRAIN).rows()).isEqualTo(1_281_000);
            assertThat(new VerifyJob(spark, prepared, PrepareListener.NONE)
                            .run()
                            .problems())
                    .isEmpty();
            InspectJob inspect = new InspectJob(spark, prepared);
            assertThat(inspect.shorterSides(Split.TRAIN).get(0).images()).isEqualTo(1_281_000);
            assertThat(inspect.contactSheet(Split.TRAIN, 20, 8)).isNotEmpty();
        }
    }

    private static void write(Path source, int classes, int imagesPerClass, byte[] image) throws IOException {
        ClassIndex index = DrawnArchives.classes(classes);
        Files.createDirectories(source);
        try (OfficialArchiveWriter writer =
                new OfficialArchiveWriter(new Configuration(), Preparations.path(source), index)) {
            for (int label = 0; label < classes; label++) {
                for (int i = 0; i < imagesPerClass; i++) {
                    writer.addTraining(index.ofLabel(label).wnid(), image);
                }
            }
        }
    }

    /** One colour in outside memory: three hundred megabytes of pixels, one or two of JPEG. */
    private static byte[] grey(int width, int height) {
        try (Scalar colour = Scalar.all(100);
                Mat pixels = new Mat(height, width, opencv_core.CV_8UC3, colour);
                BytePointer encoded = new BytePointer()) {
            assertThat(opencv_imgcodecs.imencode(".jpg", pixels, encoded)).isTrue();
            byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
            encoded.get(bytes);
            return bytes;
        }
    }
}
