/* Part of stand_in.c: reads STAND_IN_ADAPTERS into its adapters. */
static void Fail(const char* what, const char* statement) {
  fprintf(stderr, "STAND_IN_ADAPTERS: %s: %s\n", what, statement);
  abort();
}

static VkDeviceSize Size(const char* text) {
  char* end = NULL;
  const VkDeviceSize number = text == NULL ? 0 : strtoull(text, &end, 10);
  if (end == NULL || end == text) Fail("no size", text == NULL ? "" : text);
  if (*end == 'K') return number << 10;
  if (*end == 'M') return number << 20;
  if (*end == 'G') return number << 30;
  return number;
}

static uint32_t Heap(const Adapter* adapter, const char* text) {
  const uint32_t heap = (uint32_t)Size(text);
  if (heap >= adapter->memory.memoryHeapCount) Fail("no such heap", text);
  return heap;
}

static Adapter* NewAdapter(VkPhysicalDeviceType kind) {
  if (adapter_count == kMaxAdapters) Fail("too many adapters", "");
  Adapter* adapter = &adapters[adapter_count++];
  memset(adapter, 0, sizeof(*adapter));
  adapter->kind = kind;
  adapter->uuid = -1;
  adapter->device = -1;
  adapter->pci = -1;
  adapter->id = -1;
  adapter->conformance = -1;
  return adapter;
}

static VkMemoryPropertyFlags Flag(const char* word) {
  if (strcmp(word, "local") == 0) return VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
  if (strcmp(word, "visible") == 0) return VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
  if (strcmp(word, "coherent") == 0) {
    return VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  }
  if (strcmp(word, "cached") == 0) return VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
  Fail("unknown property of memory", word);
  return 0;
}

/* `rest` follows the statement's verb, and may be empty. */
static void Apply(const char* verb, char* rest) {
  static const struct {
    const char* name;
    VkPhysicalDeviceType kind;
  } kinds[] = {{"discrete", VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU},
               {"integrated", VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU},
               {"software", VK_PHYSICAL_DEVICE_TYPE_CPU}};
  char* words = NULL;
  if (strcmp(verb, "adapter") == 0) {
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); ++i) {
      if (strcmp(rest, kinds[i].name) == 0) {
        NewAdapter(kinds[i].kind);
        return;
      }
    }
    Fail("unknown kind of adapter", rest);
  }
  if (adapter_count == 0) NewAdapter(VK_PHYSICAL_DEVICE_TYPE_MAX_ENUM);
  Adapter* adapter = &adapters[adapter_count - 1];
  VkPhysicalDeviceMemoryProperties* memory = &adapter->memory;
  if (strcmp(verb, "name") == 0) {
    snprintf(adapter->name, sizeof(adapter->name), "%s", rest);
  } else if (strcmp(verb, "driver") == 0) {
    snprintf(adapter->driver, sizeof(adapter->driver), "%s", rest);
  } else if (strcmp(verb, "uuid") == 0) {
    adapter->uuid = (int)Size(rest);
  } else if (strcmp(verb, "device") == 0) {
    adapter->device = (int)Size(rest);
  } else if (strcmp(verb, "pci") == 0) {
    adapter->pci = (int)Size(rest);
  } else if (strcmp(verb, "id") == 0) {
    adapter->id = (int)Size(rest);
  } else if (strcmp(verb, "conformance") == 0) {
    adapter->conformance = (int)Size(rest);
  } else if (strcmp(verb, "unopenable") == 0) {
    adapter->unopenable = atoi(rest);
  } else if (strcmp(verb, "heap") == 0) {
    VkMemoryHeap* heap = &memory->memoryHeaps[memory->memoryHeapCount++];
    heap->size = Size(strtok_r(rest, " ", &words));
    adapter->budget[memory->memoryHeapCount - 1] = heap->size;
    const char* local = strtok_r(NULL, " ", &words);
    heap->flags = local != NULL ? VK_MEMORY_HEAP_DEVICE_LOCAL_BIT : 0;
  } else if (strcmp(verb, "type") == 0) {
    VkMemoryType* type = &memory->memoryTypes[memory->memoryTypeCount++];
    type->heapIndex = Heap(adapter, strtok_r(rest, " ", &words));
    const char* word;
    while ((word = strtok_r(NULL, " ", &words)) != NULL) {
      type->propertyFlags |= Flag(word);
    }
  } else if (strcmp(verb, "budget") == 0) {
    const uint32_t heap = Heap(adapter, strtok_r(rest, " ", &words));
    adapter->budget[heap] = Size(strtok_r(NULL, " ", &words));
    adapter->has_budget = 1;
  } else if (strcmp(verb, "allocation") == 0) {
    adapter->allocation = Size(rest);
  } else if (strcmp(verb, "refused") == 0) {
    adapter->refused = Size(rest);
  } else if (strcmp(verb, "buffer") == 0) {
    adapter->buffer = Size(rest);
  } else if (strcmp(verb, "sparse") == 0) {
    adapter->sparse = 1;
  } else if (strcmp(verb, "whole") == 0) {
    adapter->whole = 1;
  } else if (strcmp(verb, "dirty") == 0) {
    adapter->dirty = 1;
  } else if (strcmp(verb, "lacks") == 0) {
    if (adapter->lack_count == kMaxLacking) Fail("it lacks too much", rest);
    snprintf(adapter->lacks[adapter->lack_count++], VK_MAX_EXTENSION_NAME_SIZE,
             "%s", rest);
  } else {
    Fail("unknown statement", verb);
  }
}

static void ReadDescription(void) {
  const char* given = getenv("STAND_IN_ADAPTERS");
  char* text = strdup(given == NULL ? "" : given);
  char* statements = NULL;
  adapter_count = 0;
  for (char* s = strtok_r(text, ";\n", &statements); s != NULL;
       s = strtok_r(NULL, ";\n", &statements)) {
    char* words = NULL;
    const char* verb = strtok_r(s, " ", &words);
    if (verb != NULL) Apply(verb, words + strspn(words, " "));
  }
  if (adapter_count == 0) NewAdapter(VK_PHYSICAL_DEVICE_TYPE_MAX_ENUM);
  free(text);
}
