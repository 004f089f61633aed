package io.dcd.model.pytorch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The form of PyTorch 1.6 and later: a zip archive of one directory that holds {@code data.pkl} and {@code data/KEY} for
 * each storage. Entries are read in place, never unpacked, and only if they are stored as they are, as PyTorch does it:
 * nothing can grow while it is read.
 */
final class ZipContainer implements TorchContainer {
    /** Whatever a version of PyTorch is known to put into the directory of a state dictionary. */
    private static final Pattern ENTRY = Pattern.compile(
            "([^/\\\\]+)/(data\\.pkl|version|byteorder|data/[0-9]+|\\.data/serialization_id|\\.format_version|\\.storage_alignment)");

    private static final int MAXIMUM_ENTRIES = 1 << 17;

    private final ZipFile zip;
    private final String directory;
    private final Object object;

    /** Opens the archive and reads its pickle. */
    ZipContainer(Path file) throws IOException {
        zip = new ZipFile(file.toFile());
        try {
            directory = directory();
            requireLittleEndian();
            object = new PickleReader(read("data.pkl", MAXIMUM_PICKLE_BYTES), new TorchVocabulary()).read();
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    @Override
    public Object object() {
        return object;
    }

    @Override
    public ByteBuffer read(StorageReference storage) throws IOException {
        ByteBuffer bytes = read("data/" + storage.key(), Integer.MAX_VALUE);
        if (bytes.remaining() != storage.bytes()) {
            throw new TorchFileException("its storage %s has %d bytes, but %d numbers of %s are announced"
                    .formatted(
                            Printable.of(storage.key()),
                            bytes.remaining(),
                            storage.elements(),
                            storage.type().title()));
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    /** The one directory of the archive. */
    private String directory() {
        if (zip.size() > MAXIMUM_ENTRIES) {
            throw new TorchFileException("its archive has %d entries".formatted(zip.size()));
        }
        Set<String> names = new HashSet<>();
        String found = null;
        for (String name : (Iterable<String>) zip.stream().map(ZipEntry::getName)::iterator) {
            if (!names.add(name)) {
                throw new TorchFileException("its archive has the entry %s twice".formatted(Printable.of(name)));
            }
            Matcher matcher = ENTRY.matcher(name);
            boolean known = matcher.matches() && !Set.of(".", "..").contains(matcher.group(1));
            if (!known || found != null && !matcher.group(1).equals(found)) {
                throw new TorchFileException(refusal(name));
            }
            found = matcher.group(1);
        }
        if (found == null || zip.getEntry(found + "/data.pkl") == null) {
            throw new TorchFileException("its archive holds no data.pkl: it is no file of torch.save");
        }
        return found;
    }

    private static String refusal(String name) {
        if (name.matches("[^/]+/(code/.*|constants\\.pkl)")) {
            return "it is a TorchScript archive; save the weights instead, torch.save(module.state_dict(), file)";
        }
        return "its archive has the entry %s, which torch.save does not write".formatted(Printable.of(name));
    }

    private void requireLittleEndian() throws IOException {
        if (zip.getEntry(directory + "/byteorder") != null) {
            String order =
                    StandardCharsets.US_ASCII.decode(read("byteorder", 16)).toString();
            if (!order.equals("little")) {
                throw new TorchFileException("its numbers are in %s-endian order; save it on a little-endian machine"
                        .formatted(Printable.of(order)));
            }
        }
    }

    private ByteBuffer read(String name, int limit) throws IOException {
        ZipEntry entry = zip.getEntry(directory + "/" + name);
        if (entry == null) {
            throw new TorchFileException("its archive lacks the entry " + Printable.of(name));
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new TorchFileException(
                    "its entry %s is compressed, which torch.save never does; load and save it again".formatted(name));
        }
        // What is stored as it is cannot be larger than the file that holds it.
        if (entry.getSize() > limit) {
            throw new TorchFileException(
                    "its entry %s has %d bytes, more than %d".formatted(name, entry.getSize(), limit));
        }
        byte[] bytes;
        try (InputStream in = zip.getInputStream(entry)) {
            bytes = in.readNBytes(Math.toIntExact(entry.getSize()));
        }
        CRC32 sum = new CRC32();
        sum.update(bytes);
        if (bytes.length != entry.getSize() || sum.getValue() != entry.getCrc()) {
            throw new TorchFileException(
                    "its entry %s is damaged: it has not the CRC-32 of the archive".formatted(name));
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
