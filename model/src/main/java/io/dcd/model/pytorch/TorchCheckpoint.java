package io.dcd.model.pytorch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;

/**
 * The tensors of a file that {@code torch.save} wrote, in either of its forms. The file is read as data: nothing in it is
 * executed, and what it says of its sizes is checked before memory is taken.
 *
 * <p>The state dictionary may be the saved object itself or an item of it, {@code state_dict}, {@code model_state_dict}
 * or {@code model}; the prefixes that PyTorch's wrappers put before every name ({@code module.}) are dropped.
 */
public final class TorchCheckpoint implements AutoCloseable {
    private static final List<String> STATE_DICTIONARIES = List.of("state_dict", "model_state_dict", "model");

    /** DataParallel's and torch.compile's. */
    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

    private static final byte[] ZIP = {'P', 'K', 3, 4};

    /** Where a tar archive says what it is. */
    private static final int TAR_MARK = 257;

    private final Path file;
    private final TorchContainer container;
    private final Map<String, TensorReference> tensors;

    /** Many tensors may be views of one storage. */
    private StorageReference storage;

    private ByteBuffer bytes;

    private TorchCheckpoint(Path file, TorchContainer container, Map<String, TensorReference> tensors) {
        this.file = file;
        this.container = container;
        this.tensors = tensors;
    }

    /**
     * Opens a file.
     *
     * @throws TorchFileException if it is missing, damaged, no file of {@code torch.save}, or asks for more than data
     */
    public static TorchCheckpoint open(Path file) {
        try {
            TorchContainer container = container(file);
            try {
                Map<String, TensorReference> tensors = unwrapped(stateDictionary(container.object()));
                return new TorchCheckpoint(file, container, tensors);
            } catch (RuntimeException e) {
                container.close();
                throw e;
            }
        } catch (TorchFileException e) {
            throw failure(file, e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw failure(file, "there is no such file", e);
        } catch (ZipException e) {
            throw failure(file, "its archive is damaged: " + e.getMessage(), e);
        } catch (IOException e) {
            throw failure(file, e.getMessage(), e);
        }
    }

    /** The names of its tensors, in the file's order. */
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    /** Whether there is a tensor of that name. */
    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** The extents of a tensor, outermost first. */
    public List<Long> shape(String name) {
        return tensors.get(name).shape();
    }

    /** @throws TorchFileException if a tensor has other extents, or does not hold real numbers */
    void require(String name, List<Integer> shape) {
        TensorReference tensor = tensors.get(name);
        List<Long> expected = shape.stream().map(Integer::longValue).toList();
        if (!tensor.shape().equals(expected)) {
            throw unfit("%s has the shape %s, the network's has %s".formatted(name, tensor.shape(), expected));
        }
        if (!tensor.storage().type().real()) {
            throw unfit("%s holds numbers of %s, a real type is needed"
                    .formatted(name, tensor.storage().type().title()));
        }
    }

    /**
     * The values of a tensor, row-major in the order of its extents; float64 is rounded.
     *
     * @throws TorchFileException if one is not finite, or what holds them is damaged
     */
    public float[] read(String name) {
        try {
            return values(name, tensors.get(name));
        } catch (TorchFileException e) {
            throw failure(file, e.getMessage(), e);
        } catch (IOException e) {
            throw failure(file, e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            container.close();
        } catch (IOException e) {
            throw failure(file, e.getMessage(), e);
        }
    }

    /** A refusal that names the file. */
    TorchFileException unfit(String reason) {
        return failure(file, reason, null);
    }

    private float[] values(String name, TensorReference tensor) throws IOException {
        if (!tensor.storage().equals(storage)) {
            bytes = container.read(tensor.storage());
            storage = tensor.storage();
        }
        float[] values = new float[Math.toIntExact(tensor.shape().stream().reduce(1L, Math::multiplyExact))];
        long[] index = new long[tensor.shape().size()];
        long position = tensor.offset();
        for (int i = 0; i < values.length; i++) {
            values[i] = storage.type().real(bytes, Math.toIntExact(position));
            if (!Float.isFinite(values[i])) {
                throw new TorchFileException("%s holds %s at %d".formatted(name, values[i], i));
            }
            position = advance(index, position, tensor);
        }
        return values;
    }

    /** The position of the element behind the one at {@code index}, which is moved on. */
    private static long advance(long[] index, long position, TensorReference tensor) {
        long next = position;
        for (int axis = index.length - 1; axis >= 0; axis--) {
            index[axis]++;
            next += tensor.strides().get(axis);
            if (index[axis] < tensor.shape().get(axis)) {
                return next;
            }
            next -= index[axis] * tensor.strides().get(axis);
            index[axis] = 0;
        }
        return next;
    }

    private static TorchContainer container(Path file) throws IOException {
        byte[] head;
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            ByteBuffer start = ByteBuffer.allocate(TAR_MARK + 5);
            while (start.hasRemaining() && channel.read(start) >= 0) {
                // Until the buffer is full or the file ends.
            }
            head = start.array();
        }
        if (startsWith(head, 0, ZIP)) {
            return new ZipContainer(file);
        }
        if (startsWith(head, TAR_MARK, "ustar".getBytes(StandardCharsets.US_ASCII))) {
            throw new TorchFileException(
                    "it is a tar archive, the form of PyTorch before 0.2; load and save it with a newer PyTorch");
        }
        return new LegacyContainer(file);
    }

    private static boolean startsWith(byte[] bytes, int from, byte[] mark) {
        return ByteBuffer.wrap(bytes, from, mark.length).equals(ByteBuffer.wrap(mark));
    }

    private static Map<?, ?> stateDictionary(Object saved) {
        if (saved instanceof Map<?, ?> root) {
            for (String key : STATE_DICTIONARIES) {
                if (root.get(key) instanceof Map<?, ?> nested && !nested.isEmpty()) {
                    return nested;
                }
            }
            if (root.values().stream().anyMatch(TensorReference.class::isInstance)) {
                return root;
            }
        }
        throw new TorchFileException("it holds no state dictionary, neither itself nor as %s; %s"
                .formatted(String.join(", ", STATE_DICTIONARIES), TorchVocabulary.REMEDY));
    }

    private static Map<String, TensorReference> unwrapped(Map<?, ?> dictionary) {
        Map<String, TensorReference> tensors = new LinkedHashMap<>();
        dictionary.forEach((name, value) -> {
            if (!(name instanceof String && value instanceof TensorReference)) {
                throw new TorchFileException(
                        "its state dictionary has %s, which is no tensor".formatted(Printable.of(name)));
            }
            tensors.put((String) name, (TensorReference) value);
        });
        Map<String, TensorReference> result = tensors;
        for (String wrapper : WRAPPERS) {
            if (result.keySet().stream().allMatch(name -> name.startsWith(wrapper))) {
                Map<String, TensorReference> shortened = new LinkedHashMap<>();
                result.forEach((name, tensor) -> shortened.put(name.substring(wrapper.length()), tensor));
                result = shortened;
            }
        }
        return Collections.unmodifiableMap(result);
    }

    private static TorchFileException failure(Path file, String reason, Throwable cause) {
        return new TorchFileException(file + ": " + reason, cause);
    }
}
