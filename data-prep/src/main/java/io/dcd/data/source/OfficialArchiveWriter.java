package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import io.dcd.data.CounterRandom;
import io.dcd.data.file.FileSystems;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.types.Sinks;
import us.hebi.matlab.mat.types.Struct;

/**
 * Writes a data set of one's own in the layout of the official archives: {@code ILSVRC2012_img_train.tar} with a tar for each class,
 * {@code ILSVRC2012_img_val.tar} and {@code ILSVRC2012_devkit_t12.tar.gz} with {@code meta.mat} and the ground truth. As in the real ones,
 * the ids of the development kit are no ranks and the validation images lie in no order. The same images make the same archives.
 *
 * <pre>{@code
 * try (OfficialArchiveWriter writer = new OfficialArchiveWriter(configuration, directory, classes)) {
 *     writer.addTraining("n01443537", jpeg);
 *     writer.addValidation("n01443537", jpeg);
 * }
 * }</pre>
 *
 * Images wait in a temporary file until {@link #close}, which writes the archives from
 * what has been added, also where the block above ends in an exception.
 */
public final class OfficialArchiveWriter implements Closeable {
    /** Seed of the order of validation images and of ids. */
    private static final long ORDER_SEED = 2012;

    /** Length of the descriptive text at the start of a MATLAB 5 file. */
    private static final int MAT_DESCRIPTION_BYTES = 116;

    /** Two records of zeros end an archive. */
    private static final byte[] END = new byte[2 * TarEntries.RECORD];

    private record Entry(String name, long offset, int bytes) {}

    private final FileSystem fileSystem;
    private final Path directory;
    private final ClassIndex classes;
    private final int[] ids;
    private final List<List<Entry>> training = new ArrayList<>();
    private final List<Entry> validation = new ArrayList<>();
    private final StringBuilder groundTruth = new StringBuilder();
    private final java.nio.file.Path waitingFile;
    private final RandomAccessFile waiting;

    /**
     * @param directory where the archives shall be; created if absent
     * @param classes wnids must look like {@code n########}
     */
    public OfficialArchiveWriter(Configuration configuration, Path directory, ClassIndex classes) throws IOException {
        this.fileSystem = FileSystems.of(configuration, directory);
        this.directory = directory;
        this.classes = classes;
        this.ids = permutation(classes.size(), ORDER_SEED);
        classes.classes().forEach(each -> training.add(new ArrayList<>()));
        this.waitingFile = Files.createTempFile("archive-images", ".bin");
        this.waiting = new RandomAccessFile(waitingFile.toFile(), "rw");
    }

    /** Adds an image, encoded as JPEG; it is named {@code n########_<number>.JPEG} in the order of addition. */
    public void addTraining(String wnid, byte[] jpeg) throws IOException {
        List<Entry> entries = training.get(classes.ofWnid(wnid).label());
        entries.add(wait(String.format("%s_%d.JPEG", wnid, entries.size() + 1), jpeg));
    }

    /** Adds an image, encoded as JPEG; it is named {@code ILSVRC2012_val_<number>.JPEG} in the order of addition. */
    public void addValidation(String wnid, byte[] jpeg) throws IOException {
        validation.add(wait(String.format(Locale.ROOT, "ILSVRC2012_val_%08d.JPEG", validation.size() + 1), jpeg));
        groundTruth.append(ids[classes.ofWnid(wnid).label()] + 1).append('\n');
    }

    private Entry wait(String name, byte[] jpeg) throws IOException {
        long offset = waiting.length();
        waiting.seek(offset);
        waiting.write(jpeg);
        return new Entry(name, offset, jpeg.length);
    }

    /** Writes the archives. */
    @Override
    public void close() throws IOException {
        try (waiting) {
            fileSystem.mkdirs(directory);
            try (OutputStream out = create(OfficialArchives.TRAINING)) {
                for (int label = 0; label < training.size(); label++) {
                    List<Entry> entries = training.get(label);
                    out.write(header(classes.ofLabel(label).wnid() + ".tar", lengthOfTar(entries)));
                    writeEntries(out, entries);
                }
                out.write(END);
            }
            try (OutputStream out = create(OfficialArchives.VALIDATION)) {
                List<Entry> shuffled = new ArrayList<>();
                for (int index : permutation(validation.size(), ORDER_SEED)) {
                    shuffled.add(validation.get(index));
                }
                writeEntries(out, shuffled);
            }
            try (OutputStream out = new GZIPOutputStream(create(OfficialArchives.DEVELOPMENT_KIT))) {
                String folder = "ILSVRC2012_devkit_t12/data/";
                writeFile(out, folder + "meta.mat", metaMat());
                byte[] truth = groundTruth.toString().getBytes(StandardCharsets.US_ASCII);
                writeFile(out, folder + "ILSVRC2012_validation_ground_truth.txt", truth);
                out.write(END);
            }
        } finally {
            Files.delete(waitingFile);
        }
    }

    private OutputStream create(String name) throws IOException {
        return new BufferedOutputStream(fileSystem.create(new Path(directory, name), true), 1 << 16);
    }

    private void writeEntries(OutputStream out, List<Entry> entries) throws IOException {
        for (Entry entry : entries) {
            byte[] content = new byte[entry.bytes()];
            waiting.seek(entry.offset());
            waiting.readFully(content);
            writeFile(out, entry.name(), content);
        }
        out.write(END);
    }

    private static void writeFile(OutputStream out, String name, byte[] content) throws IOException {
        out.write(header(name, content.length));
        out.write(content);
        out.write(new byte[TarEntries.padding(content.length)]);
    }

    /** The header of a plain file without an owner or a time, so that the same content makes the same archive. */
    private static byte[] header(String name, long size) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setUserName("");
        entry.setModTime(0);
        entry.setSize(size);
        byte[] header = new byte[TarEntries.RECORD];
        entry.writeEntryHeader(header);
        return header;
    }

    private static long lengthOfTar(List<Entry> entries) {
        return END.length
                + entries.stream()
                        .mapToLong(each -> TarEntries.RECORD + each.bytes() + TarEntries.padding(each.bytes()))
                        .sum();
    }

    /** The struct array {@code synsets}: a leaf for each class, in the order of the ids, and one group that holds them all. */
    private byte[] metaMat() throws IOException {
        Struct synsets = Mat5.newStruct(classes.size() + 1, 1);
        for (int label = 0; label < classes.size(); label++) {
            int id = ids[label];
            synset(
                    synsets,
                    id,
                    classes.ofLabel(label).wnid(),
                    classes.ofLabel(label).words(),
                    0);
        }
        synset(synsets, classes.size(), "n00000000", "everything", classes.size());
        try (Mat5File file = Mat5.newMatFile()) {
            file.addArray("synsets", synsets);
            // What does not compress may grow by some bytes.
            ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(2 * file.getUncompressedSerializedSize()));
            file.writeTo(Sinks.wrap(buffer));
            // The library puts the date into the descriptive text.
            String description = String.format("%-" + MAT_DESCRIPTION_BYTES + "s", "MATLAB 5.0 MAT-file");
            buffer.put(0, description.getBytes(StandardCharsets.US_ASCII));
            return Arrays.copyOf(buffer.array(), buffer.position());
        }
    }

    private static void synset(Struct synsets, int index, String wnid, String words, int children) {
        synsets.set("ILSVRC2012_ID", index, Mat5.newScalar(index + 1));
        synsets.set("WNID", index, Mat5.newString(wnid));
        synsets.set("words", index, Mat5.newString(words));
        synsets.set("num_children", index, Mat5.newScalar(children));
    }

    /** The numbers 0 … size − 1 in an order that belongs to the seed (Fisher and Yates). */
    private static int[] permutation(int size, long seed) {
        CounterRandom random = CounterRandom.of(seed, size);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int place = random.nextInt(i + 1);
            order[i] = order[place];
            order[place] = i;
        }
        return order;
    }
}
