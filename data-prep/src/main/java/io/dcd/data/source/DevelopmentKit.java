package io.dcd.data.source;

import io.dcd.data.ClassIndex;
import io.dcd.data.DataException;
import io.dcd.data.file.Reason;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Struct;

/**
 * The development kit of ILSVRC2012: what the classes are, and which class each validation image has.
 *
 * <p>Three numberings meet here. The ground truth holds an {@code ILSVRC2012_ID} for each validation image, in the sorted order of the
 * image names; {@code meta.mat} says which wnid an id is; a label is the rank of the wnid in sorted order.
 */
final class DevelopmentKit {
    private static final String META = "data/meta.mat";
    private static final String GROUND_TRUTH = "data/ILSVRC2012_validation_ground_truth.txt";
    /** The real one has 9 MB unpacked; a bound against decompression bombs. */
    private static final int MAXIMUM_UNPACKED_BYTES = 64 << 20;

    private DevelopmentKit() {}

    static Classification read(FileSystem fileSystem, Path file) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        byte[] tar = unpack(fileSystem, file);
        TarEntries.RandomAccess access =
                (position, bytes) -> System.arraycopy(tar, (int) position, bytes, 0, bytes.length);
        TarEntries.visitFolders(access, file.getName(), 0, tar.length, (name, offset, size) -> {
            for (String wanted : List.of(META, GROUND_TRUTH)) {
                if (name.endsWith(wanted)) {
                    files.put(wanted, Arrays.copyOfRange(tar, (int) offset, (int) (offset + size)));
                }
            }
        });
        for (String wanted : List.of(META, GROUND_TRUTH)) {
            if (!files.containsKey(wanted)) {
                throw new DataException(file + " holds no " + wanted + "; it is not the ILSVRC2012 development kit");
            }
        }
        Map<Integer, String> wnidOfId = new HashMap<>();
        Map<String, String> wordsOfWnid = new HashMap<>();
        readSynsets(file, files.get(META), wnidOfId, wordsOfWnid);
        ClassIndex classes = ClassIndex.ofWords(wordsOfWnid);
        List<Integer> labels = labels(file, files.get(GROUND_TRUTH), wnidOfId, classes);
        ValidationLabels groundTruth =
                new ValidationLabels.OfSortedNames(labels, "the ground truth in " + file.getName());
        return new Classification(file.getName(), classes, Optional.of(groundTruth));
    }

    private static byte[] unpack(FileSystem fileSystem, Path file) throws IOException {
        try (InputStream in = fileSystem.open(file);
                InputStream unpacked = new GZIPInputStream(in)) {
            byte[] tar = unpacked.readNBytes(MAXIMUM_UNPACKED_BYTES + 1);
            if (tar.length > MAXIMUM_UNPACKED_BYTES) {
                throw new DataException(file + " unpacks to more than " + MAXIMUM_UNPACKED_BYTES
                        + " bytes; it is not the ILSVRC2012 development kit");
            }
            return tar;
        } catch (ZipException | EOFException e) {
            throw new DataException(
                    file + " cannot be unpacked (" + Reason.of(e) + "); fetch it again and compare its MD5", e);
        }
    }

    private static void readSynsets(
            Path file, byte[] metaMat, Map<Integer, String> wnidOfId, Map<String, String> wordsOfWnid) {
        try (MatFile mat = Mat5.newReader(Sources.wrapInputStream(new ByteArrayInputStream(metaMat)))
                .readMat()) {
            Struct synsets = mat.getStruct("synsets");
            for (int i = 0; i < synsets.getNumElements(); i++) {
                if (number(synsets, "num_children", i) == 0) {
                    String wnid = synsets.getChar("WNID", i).getString();
                    wnidOfId.put(number(synsets, "ILSVRC2012_ID", i), wnid);
                    wordsOfWnid.put(wnid, synsets.getChar("words", i).getString());
                }
            }
        } catch (IOException | RuntimeException e) {
            throw new DataException(file + ": " + META + " cannot be read (" + Reason.of(e) + ")", e);
        }
        if (wordsOfWnid.isEmpty() || wordsOfWnid.size() != wnidOfId.size()) {
            throw new DataException(
                    file + ": " + META + " has " + wnidOfId.size() + " ids for " + wordsOfWnid.size() + " classes");
        }
    }

    private static int number(Struct struct, String field, int index) {
        Array value = struct.get(field, index);
        if (value instanceof Matrix matrix && matrix.getNumElements() == 1) {
            return matrix.getInt(0);
        }
        throw new IllegalArgumentException("field " + field + " of synset " + index + " is not one number");
    }

    private static List<Integer> labels(
            Path file, byte[] groundTruth, Map<Integer, String> wnidOfId, ClassIndex classes) {
        List<Integer> labels = new ArrayList<>();
        for (String line :
                new String(groundTruth, StandardCharsets.US_ASCII).lines().toList()) {
            if (line.isBlank()) {
                continue;
            }
            String wnid;
            try {
                wnid = wnidOfId.get(Integer.valueOf(line.trim()));
            } catch (NumberFormatException e) {
                wnid = null;
            }
            if (wnid == null) {
                throw new DataException(file + ": line " + (labels.size() + 1) + " of " + GROUND_TRUTH + " is '"
                        + line.trim() + "', no id of a class in " + META);
            }
            labels.add(classes.ofWnid(wnid).label());
        }
        return List.copyOf(labels);
    }
}
