package io.dcd.data.prepare;

import com.sun.management.OperatingSystemMXBean;
import io.dcd.data.ClassIndex;
import io.dcd.data.Digests;
import io.dcd.data.Split;
import io.dcd.data.image.ImageDecoder;
import io.dcd.data.source.ImageSource;
import io.dcd.data.source.ImageUnit;
import io.dcd.data.source.OfficialArchiveWriter;
import io.dcd.data.source.SourceLayout;
import io.dcd.data.testing.DrawnArchives;
import io.dcd.data.testing.LocalSpark;
import io.dcd.data.testing.Preparations;
import io.dcd.data.testing.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Compares a preparation with the physical limit of the job, copying the archives while hashing them once, and with decoding alone.
 * Needs the full-size photographs beside the repository and an idle machine. Figures are the best of the rounds; on a busy machine the
 * processor time alone is comparable.
 *
 * <p>Arguments: a directory with room for three times the archives; how often to repeat the 33 MB of photographs; {@code copy} or
 * {@code decode}, with which to compare.
 */
final class PrepareBenchmark {
    private static final int CLASSES = 40;
    private static final int ROUNDS = 4;
    private static final int WARM_UP_COPIES = 6;
    private static final int[] WORKERS = {1, 2};

    /** Seconds by the clock, and seconds of processor, of the fastest run of each kind. */
    private final Map<String, double[]> best = new LinkedHashMap<>();

    private final Path directory;
    private final Path source;
    /** Prepared before the clock runs, so that Java has compiled what a long job runs nearly all its time. */
    private final Path warmUp;

    private final List<byte[]> photographs;
    private final int images;
    private final long bytes;

    private interface Work {
        void run() throws Exception;
    }

    private PrepareBenchmark(Path directory, int copies) throws IOException {
        this.directory = directory;
        this.source = directory.resolve("source-" + copies);
        this.warmUp = directory.resolve("source-" + WARM_UP_COPIES);
        this.photographs = photographs();
        this.images = copies * photographs.size();
        write(warmUp, WARM_UP_COPIES * photographs.size());
        write(source, images);
        this.bytes = Files.size(source.resolve("ILSVRC2012_img_train.tar"));
    }

    public static void main(String[] arguments) throws Exception {
        PrepareBenchmark benchmark = new PrepareBenchmark(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        System.out.printf("%,d images, %,d MB%n", benchmark.images, benchmark.bytes / 1_000_000);
        switch (arguments[2]) {
            case "copy" -> benchmark.compareWithCopying();
            case "decode" -> benchmark.compareWithDecoding();
            default -> throw new IllegalArgumentException("copy or decode, not " + arguments[2]);
        }
    }

    private void compareWithCopying() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Path copy = directory.resolve("copy");
            delete(copy);
            measure("copy and hash", () -> copy(source, copy));
            for (int workers : WORKERS) {
                prepare(PixelCheck.STRUCTURE, workers);
            }
        }
        print();
        double[] copy = best.get("copy and hash");
        System.out.printf(
                "rate / rate of copying: %.2f with one worker, %.2f with two, %.2f by processor time; two workers / one: %.2f%n",
                copy[0] / best.get("STRUCTURE, 1")[0],
                copy[0] / best.get("STRUCTURE, 2")[0],
                copy[1] / best.get("STRUCTURE, 1")[1],
                best.get("STRUCTURE, 1")[0] / best.get("STRUCTURE, 2")[0]);
    }

    private void compareWithDecoding() throws Exception {
        for (int workers : WORKERS) {
            prepare(PixelCheck.STRUCTURE, workers);
            prepare(PixelCheck.DECODE, workers);
            measure("decode, " + workers, () -> decode(workers));
        }
        print();
        for (int workers : WORKERS) {
            System.out.printf(
                    "%d: decode check / decoder alone: %.2f%n",
                    workers,
                    (best.get("DECODE, " + workers)[0] - best.get("STRUCTURE, " + workers)[0])
                            / best.get("decode, " + workers)[0]);
        }
        for (String work : List.of("decode", "DECODE")) {
            System.out.printf(
                    "%s, two workers / one: %.2f%n", work, best.get(work + ", 1")[0] / best.get(work + ", 2")[0]);
        }
    }

    private void print() {
        best.forEach((name, seconds) -> System.out.printf(
                "%-24s %6.2f s %6.2f s of processor %7.0f MB/s%n",
                name, seconds[0], seconds[1], bytes / 1e6 / seconds[0]));
    }

    private void prepare(PixelCheck check, int threads) throws Exception {
        Path output = directory.resolve("output");
        delete(output);
        try (JavaSparkContext spark = LocalSpark.start(threads)) {
            prepare(spark, warmUp, output, check);
            delete(output);
            measure(check + ", " + threads, () -> prepare(spark, source, output, check));
        }
    }

    private static void prepare(JavaSparkContext spark, Path source, Path output, PixelCheck check) {
        PrepareOptions options = Preparations.options(source, output)
                .withSplits(Set.of(Split.TRAIN))
                .withPixelCheck(check)
                .build();
        new PrepareJob(spark, options, PrepareListener.NONE).run();
    }

    private void measure(String name, Work work) throws Exception {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long processor = system.getProcessCpuTime();
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        double processorSeconds = (system.getProcessCpuTime() - processor) / 1e9;
        System.out.printf("%s: %.2f s, %.2f s of processor%n", name, seconds, processorSeconds);
        best.merge(name, new double[] {seconds, processorSeconds}, (one, other) -> one[0] < other[0] ? one : other);
    }

    private static List<byte[]> photographs() throws IOException {
        List<byte[]> photographs = new ArrayList<>();
        Configuration configuration = new Configuration();
        ImageSource source = SourceLayout.ARCHIVES.open(
                configuration, Preparations.path(SharedData.folder("ilsvrc-fullsize")), Set.of(Split.TRAIN));
        for (ImageUnit unit : source.units()) {
            unit.visit(configuration, (name, offset, bytes, content) -> {
                byte[] image = new byte[(int) bytes];
                content.read(image, image.length);
                photographs.add(image);
            });
        }
        return photographs;
    }

    private void write(Path source, int images) throws IOException {
        if (Files.exists(source)) {
            return;
        }
        ClassIndex classes = DrawnArchives.classes(CLASSES);
        try (OfficialArchiveWriter writer =
                new OfficialArchiveWriter(new Configuration(), Preparations.path(source), classes)) {
            for (int i = 0; i < images; i++) {
                writer.addTraining(classes.ofLabel(i % CLASSES).wnid(), photographs.get(i % photographs.size()));
            }
            writer.addValidation(classes.ofLabel(0).wnid(), photographs.get(0));
        }
    }

    private static void copy(Path source, Path target) throws IOException {
        MessageDigest digest = Digests.newMd5();
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                try (InputStream in = Files.newInputStream(file);
                        OutputStream out = Files.newOutputStream(target.resolve(file.getFileName()))) {
                    byte[] buffer = new byte[1 << 17];
                    while (copyOnce(in, digest, out, buffer)) {}
                }
            }
        }
    }

    /** A method of its own, so that Java compiles it as it is called again and again, not in the midst of a loop. */
    private static boolean copyOnce(InputStream in, MessageDigest digest, OutputStream out, byte[] buffer)
            throws IOException {
        int count = in.read(buffer);
        if (count < 0) {
            return false;
        }
        digest.update(buffer, 0, count);
        out.write(buffer, 0, count);
        return true;
    }

    /** Every thread decodes its part of the images. */
    private void decode(int threads) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> parts = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread;
                parts.add(executor.submit(() -> {
                    try (ImageDecoder decoder = new ImageDecoder()) {
                        for (int i = first; i < images; i += threads) {
                            decoder.decode(photographs.get(i % photographs.size()));
                        }
                    }
                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        } finally {
            executor.shutdown();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
