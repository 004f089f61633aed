package io.dcd.model.pytorch;

import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The form of PyTorch before 1.6, whose files are often called {@code .pth.tar}: five pickles (a magic number, the
 * protocol, the writer's machine, the object, the keys of the storages), then for each key the number of elements as a
 * 64-bit integer and the elements.
 */
final class LegacyContainer implements TorchContainer {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;

    private final FileChannel channel;
    private final Object object;
    /** Where the number of elements of each storage stands. */
    private final Map<String, Long> positions = new HashMap<>();

    /** Opens the file and reads its pickles. */
    LegacyContainer(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            TorchVocabulary vocabulary = new TorchVocabulary();
            SizedVocabulary sized = new SizedVocabulary(vocabulary);
            ByteBuffer head = bytes(0, (int) Math.min(channel.size(), MAXIMUM_PICKLE_BYTES));
            if (!MAGIC.equals(magic(head, vocabulary))) {
                throw new TorchFileException("it begins with neither a zip archive nor PyTorch's magic number");
            }
            Object protocol = new PickleReader(head, vocabulary).read();
            if (!Long.valueOf(PROTOCOL).equals(protocol)) {
                throw new TorchFileException("it has protocol %s of PyTorch, this program reads %d"
                        .formatted(Printable.of(protocol), PROTOCOL));
            }
            // The writer's machine; storages are little-endian on every one.
            new PickleReader(head, vocabulary).read();
            object = new PickleReader(head, sized).read();
            Object keys = new PickleReader(head, vocabulary).read();
            locate(PickleReader.sequence(keys, "the keys of the storages"), sized.elementBytes, head.position());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static Object magic(ByteBuffer head, TorchVocabulary vocabulary) {
        try {
            return new PickleReader(head, vocabulary).read();
        } catch (TorchFileException e) {
            throw new TorchFileException("it begins with neither a zip archive nor PyTorch's magic number", e);
        }
    }

    /** Notes the element size of every storage, which its header does not tell. */
    private static final class SizedVocabulary implements PickleVocabulary {
        private final TorchVocabulary vocabulary;
        private final Map<String, Integer> elementBytes = new HashMap<>();

        SizedVocabulary(TorchVocabulary vocabulary) {
            this.vocabulary = vocabulary;
        }

        @Override
        public Object global(String module, String name) {
            return vocabulary.global(module, name);
        }

        @Override
        public Object call(Object function, List<Object> arguments) {
            return vocabulary.call(function, arguments);
        }

        @Override
        public Object persistent(Object id) {
            StorageReference storage = vocabulary.persistent(id);
            elementBytes.put(storage.key(), storage.type().bytes());
            return storage;
        }

        @Override
        public void build(Object object, Object state) {
            vocabulary.build(object, state);
        }
    }

    @Override
    public Object object() {
        return object;
    }

    @Override
    public ByteBuffer read(StorageReference storage) throws IOException {
        Long position = positions.get(storage.key());
        if (position == null) {
            throw new TorchFileException("its storage %s is missing".formatted(Printable.of(storage.key())));
        }
        long elements = bytes(position, Long.BYTES).getLong();
        if (elements != storage.elements()) {
            throw new TorchFileException("its storage %s has %d numbers, but %d are announced"
                    .formatted(Printable.of(storage.key()), elements, storage.elements()));
        }
        return bytes(position + Long.BYTES, storage.bytes());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void locate(List<Object> keys, Map<String, Integer> elementBytes, long start) throws IOException {
        long position = start;
        for (Object key : keys) {
            Integer size = key instanceof String ? elementBytes.get(key) : null;
            if (size == null || positions.put((String) key, position) != null) {
                throw new TorchFileException("its list of storages has %s, which no tensor uses, or has it twice"
                        .formatted(Printable.of(key)));
            }
            long elements = bytes(position, Long.BYTES).getLong();
            long room = channel.size() - position - Long.BYTES;
            if (elements < 0 || elements > room / size) {
                throw new TorchFileException("its storage %s is said to have %d numbers, but only %d bytes follow"
                        .formatted(Printable.of(key), elements, room));
            }
            position += Long.BYTES + elements * size;
        }
    }

    private ByteBuffer bytes(long position, int length) throws IOException {
        if (length > channel.size() - position) {
            throw new EOFException(
                    "it ends at byte %d, in the midst of its data: the file is cut short".formatted(channel.size()));
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException("it became shorter while it was read");
            }
        }
        return bytes.flip();
    }
}
